#!/bin/bash
# What only a card can show, as one command: PASS, FAIL or SKIP lines and a file of JSON; exit status 1 if a line says FAIL.
#
#   gpu-check.sh pack APP [MODEL.pt ...]   here, after mvn test-compile: makes APP, what has to travel (about 30 MB with three models).
#                                          Weights of models over 32 MB are left out and replaced by random ones over there.
#   gpu-check.sh kit RUNTIME [OUT.json]    there, from inside APP: on the runtime that gpu-kit/unpack.sh unpacked
#   gpu-check.sh here OUT.json MODELS KIT     on a machine with a card, CUDA 13, cuDNN 9, a JDK and Maven: from a checkout
#   gpu-check.sh keep OUT.json [OTHER.json ...]   puts a card's figures under benchmarks/results, as gpu-CARD-DATE.json; the others beside it
#   gpu-check.sh python OUT.json MODELS KIT   only Python's figures on the same card, into OUT.python.json, going on with what is there
#
# kit and here run Java's checks, then Python, then what compares the two. A second run with the same OUT.json keeps what it does not
# check anew; with WWTS_CHECK_OPTS=-Dwwts.check.resume=true it makes only the checks that have no verdict yet. Where the card was lost
# (an illegal address, ...) or the JVM died, a fresh JVM makes the rest, once.
#   WWTS_CHECK_OPTS     more options for java: -Dwwts.check.calls=1000 -Dwwts.check.swaps=100 -Dwwts.check.only=REGEX -Dwwts.check.trace=true
#   WWTS_CHECK_SECONDS  for all of it (kit: 560, as its machine ends a command after 600; here: no limit)
#   WWTS_CHECK_PYTHON   the python that has torch (python3; none: left out); WWTS_PYTHON_SECONDS: what it may take (kit: 240)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
usage() { sed -n '2,16p' "$0" | sed 's/^# \{0,1\}//'; exit 2; }
LOG="-Dorg.slf4j.simpleLogger.log.org.bytedeco=error"
RESERVE=20 # seconds for what compares Java's and Python's figures
limit=${WWTS_CHECK_SECONDS:-} # 0: none
left() { echo $((limit - SECONDS)); } # bash counts SECONDS since the script began
check() { # JAVA OPTIONS CLASSPATH MODELS KIT OUT [SECONDS]
  local out=$6
  # shellcheck disable=SC2086
  "$1" $2 -Xmx2g $LOG -XX:ErrorFile="${out%.json}.crash-%p.log" -Dwwts.check.python="${out%.json}.python.json" ${7:+-Dwwts.check.seconds=$7} \
    ${WWTS_CHECK_OPTS:-} ${ONLY:-} -cp "$3" dev.wwts.gpu.GpuCheck "$4" "$5" "$out"
}
has_torch() { # says why not
  local python=${WWTS_CHECK_PYTHON:-python3}
  if [ "$python" = none ]; then echo "SKIP Python on the same card: WWTS_CHECK_PYTHON=none"; return 1; fi
  # env.sh's library path is not for Python
  if ! LD_LIBRARY_PATH=$python_libraries "$python" -c 'import torch' 2>/dev/null; then
    echo "SKIP Python on the same card: $python has no torch"; return 1; fi
}
python_libraries=${LD_LIBRARY_PATH:-}
python_reference() { # OUT MODELS KIT [SECONDS]: what fails here is a SKIP of the checks that compare with it
  local out=${1%.json}.python.json python=${WWTS_CHECK_PYTHON:-python3} script models=() option value device=cuda calls=1000 status=0
  for option in ${WWTS_CHECK_OPTS:-}; do
    value=${option#*=}
    case $option in -Dwwts.check.device=*) device=$value ;; -Dwwts.check.calls=*) calls=$value ;; esac
  done
  script=$here/gpu_reference.py
  [ -f "$script" ] || script=$here/python/gpu_reference.py
  for model in "$2"/*.pt; do # of x.slim.pt and the x.pt that was made of it, the first is enough
    if [ ! -f "${model%.pt}.slim.pt" ]; then models+=("$model"); fi
  done
  LD_LIBRARY_PATH=$python_libraries timeout -k 5 "${4:-0}" \
    "$python" -W ignore "$script" "$3/photos/coffee.jpg" "$out" "${models[@]}" --device "${device%%:*}" --calls "$calls" || status=$?
  case $status in
    0) ;;
    124 | 137) echo "SKIP the rest of Python: out of time; 'gpu-check.sh python' goes on with it" ;;
    *) echo "SKIP Python on the same card: $script failed" ;;
  esac
}
all() { # JAVA OPTIONS CLASSPATH MODELS KIT OUT KERNEL_CHECK: Java, Python, what compares them; the last one's status is that of all checks
  local status=0 kernel="" seconds="" python=yes cases
  if [ -x "$7" ]; then
    cases=$(dirname "$7")/synthetic.csv
    [ -f "$cases" ] || cases=$root/native/test/synthetic.csv
    timeout -k 5 120 "$7" "$cases" || status=$?
    kernel=-Dwwts.check.kernel=$status
    status=0
  fi
  has_torch || python=""
  if [ "$limit" -gt 0 ]; then # Java gets what Python may not take
    seconds=$(($(left) - (${python:+RESERVE + ${WWTS_PYTHON_SECONDS:-240}} + 0)))
  fi
  check "$1" "$2 $kernel" "$3" "$4" "$5" "$6" $seconds || status=$?
  if [ $status -gt 1 ]; then
    echo "gpu-check: Java ended with $status: a fresh one makes the checks that have no verdict"
    if [ "$limit" -gt 0 ]; then seconds=$(($(left) - (${python:+RESERVE + ${WWTS_PYTHON_SECONDS:-240}} + 0))); fi
    status=0
    ONLY="-Dwwts.check.resume=true" check "$1" "$2 $kernel" "$3" "$4" "$5" "$6" $seconds || status=$?
  fi
  if [ -n "$python" ]; then
    seconds=${WWTS_PYTHON_SECONDS:-0}
    if [ "$limit" -gt 0 ]; then seconds=$(($(left) - RESERVE)); fi
    if [ "$limit" -gt 0 ] && [ "$seconds" -le 0 ]; then echo "SKIP Python on the same card: out of time; 'gpu-check.sh python' makes up for it"
    else
      python_reference "$6" "$4" "$5" "$seconds"
      echo "gpu-check: beside Python:"
      ONLY="-Dwwts.check.only=torch.compile -Dwwts.check.resume=false" check "$1" "$2" "$3" "$4" "$5" "$6" || status=$?
    fi
  fi
  return $status
}

pack() {
  local app=$1; shift
  local kit=${WWTS_KIT:-$root/../shared/models-kit}
  mkdir -p "$app"/{jars,models,kit/golden}
  cp -r "$root/target/classes" "$root/target/test-classes" "$app/"
  cp "$root/benchmarks/gpu-check.sh" "$root/benchmarks/python/gpu_reference.py" "$app/"
  # what the library needs beside the natives, which the runtime has
  (cd "$root" && mvn -q -o dependency:build-classpath -DincludeScope=runtime \
    -DexcludeGroupIds=org.bytedeco,info.picocli,me.tongfei,org.jline -Dmdep.outputFile="$app/jars/list" >&2)
  tr ':' '\n' <"$app/jars/list" | xargs -I{} cp {} "$app/jars/"
  rm "$app/jars/list"
  cp -r "$kit/photos" "$app/kit/"
  cp "$kit"/golden/{files.txt,logits.npy} "$app/kit/golden/"
  if [ -f "$root/build/libwwts_preprocess.so" ]; then cp "$root/build/libwwts_preprocess.so" "$app/"; else
    echo "gpu-check: no build/libwwts_preprocess.so: LibTorch operations will preprocess (build it with cmake, or over there with nvcc)"; fi
  if [ -x "$root/build/device_check" ]; then cp "$root/build/device_check" "$root/native/test/synthetic.csv" "$app/"; fi
  for model in "$@"; do
    if [ "$(stat -c %s "$model")" -le $((32 << 20)) ]; then cp "$model" "$app/models/"; else slim "$model" "$app/models/$(basename "${model%.pt}").slim.pt"; fi
  done
  du -sh "$app"
  git -C "$root" ls-files -z | (cd "$root" && xargs -0 du -cb) | awk '/total$/ {s += $1} END {printf "%.1f MiB of tracked files, which travel with each copy\n", s / 1048576}'
}

keep() { # OUT.json [OTHER.json ...]
  python3 - "$root/benchmarks/results" "$@" <<'PY'
import json, os, re, shutil, sys
folder, out, *others = sys.argv[1:]
about = json.load(open(out))["about"]
card = about.get("CUDA card 0", "")
if not card or card.startswith("hostcuda"):
    sys.exit("gpu-check: %s tells of no card: nothing to keep" % out)
name = "gpu-%s-%s" % (re.sub("[^a-z0-9]+", "-", card.split(",")[0].lower()).strip("-"), about["date"][:10])
for source, target in [(out, name + ".json")] + [(o, "%s.%s" % (name, os.path.basename(o))) for o in others]:
    shutil.copyfile(source, os.path.join(folder, target))
    print("gpu-check: benchmarks/results/" + target)
PY
}

slim() { # MODEL SLIM: the large weights as zeros, deflated; no self-test, whose logits were the weights'
  python3 - "$1" "$2" <<'PY'
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as source, zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
    for entry in source.infolist():
        data = source.read(entry)
        if "/extra/selftest/" in entry.filename:
            continue
        if entry.filename.endswith("/extra/wwts.json"):
            manifest = json.loads(data)
            manifest.pop("selftest", None)
            manifest["trained"] = False
            data = json.dumps(manifest).encode()
        if "/data/" in entry.filename and len(data) >= 64 << 10:
            data = bytes(len(data))
        target.writestr(entry.filename, data)
PY
}

case ${1:-} in
  pack) [ $# -ge 2 ] || usage; shift; pack "$@" ;;
  keep) [ $# -ge 2 ] || usage; shift; keep "$@" ;;
  kit)
    [ $# -ge 2 ] || usage
    app=$here
    out=${3:-$app/gpu-check.json}
    limit=${limit:-560}
    # shellcheck disable=SC1091
    . "${KIT:-$(dirname "$2")}/env.sh" "$2"
    nvidia-smi --query-gpu=name,driver_version,memory.total,compute_cap --format=csv || echo "gpu-check: no nvidia-smi"
    native=$app/libwwts_preprocess.so
    [ -f "$native" ] || native=none
    all "$JAVA" "$JAVACPP_OPTS -Dwwts.native=$native" "$app/classes:$app/test-classes:$app/jars/*:$CLASSPATH_BASE" \
      "$app/models" "$app/kit" "$out" "$app/device_check"
    ;;
  here)
    [ $# -eq 4 ] || usage
    limit=${limit:-0}
    out=$(realpath "$2") models=$(realpath "$3") kit=$(realpath "$4")
    cd "$root"
    mvn -q -Pgpu test-compile dependency:build-classpath -DincludeScope=test -Dmdep.outputFile=target/gpu-classpath.txt
    nvidia-smi --query-gpu=name,driver_version,memory.total,compute_cap --format=csv || echo "gpu-check: no nvidia-smi"
    all java "" "target/test-classes:target/classes:$(cat target/gpu-classpath.txt)" "$models" "$kit" "$out" "$root/build/device_check" || status=$?
    keep "$out" || true # a rehearsal has nothing to keep
    exit ${status:-0}
    ;;
  python)
    [ $# -eq 4 ] || usage
    if has_torch; then python_reference "$2" "$3" "$4" "${WWTS_PYTHON_SECONDS:-0}"; fi
    ;;
  *) usage ;;
esac
