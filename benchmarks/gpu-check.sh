#!/bin/bash
# What only a card can show, as one command: PASS, FAIL or SKIP lines and a file of JSON; exit status 1 if a line says FAIL.
#
#   gpu-check.sh pack APP [MODEL.pt ...]   here, after mvn test-compile: makes APP, what has to travel (about 30 MB with three models).
#                                          Weights of models over 32 MB are left out and replaced by random ones over there.
#   gpu-check.sh kit RUNTIME [OUT.json]    there, from inside APP: on the runtime that gpu-kit/unpack.sh unpacked
#   gpu-check.sh here [OUT.json] MODELS KIT   on a machine with a card, CUDA 13, cuDNN 9, a JDK and Maven: from a checkout
#   gpu-check.sh python OUT.json MODELS KIT   only Python's figures on the same card; kit and here do it first, unless OUT.python.json
#                                          is there already. WWTS_CHECK_PYTHON names the python (python3; none: left out).
#
# WWTS_CHECK_OPTS holds more options for java: -Dwwts.check.calls=1000 -Dwwts.check.swaps=1000 -Dwwts.check.trace=true
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
usage() { sed -n '2,12p' "$0" | sed 's/^# \{0,1\}//'; exit 2; }
LOG="-Dorg.slf4j.simpleLogger.log.org.bytedeco=error"
check() { # JAVA OPTIONS CLASSPATH MODELS KIT OUT
  # shellcheck disable=SC2086
  "$1" $2 -Xmx2g $LOG -Dwwts.check.python="${6%.json}.python.json" ${WWTS_CHECK_OPTS:-} -cp "$3" dev.wwts.gpu.GpuCheck "$4" "$5" "$6"
}
python_reference() { # OUT MODELS KIT: what fails here is a SKIP of the checks that compare with it
  local out=${1%.json}.python.json python=${WWTS_CHECK_PYTHON:-python3} script models=() option value device=cuda calls=1000
  if [ -s "$out" ]; then echo "gpu-check: Python's figures are there: $out"; return; fi
  if [ "$python" = none ]; then echo "SKIP Python on the same card: WWTS_CHECK_PYTHON=none"; return; fi
  if ! "$python" -c 'import torch' 2>/dev/null; then echo "SKIP Python on the same card: $python has no torch"; return; fi
  for option in ${WWTS_CHECK_OPTS:-}; do
    value=${option#*=}
    case $option in -Dwwts.check.device=*) device=$value ;; -Dwwts.check.calls=*) calls=$value ;; esac
  done
  script=$here/gpu_reference.py
  [ -f "$script" ] || script=$here/python/gpu_reference.py
  for model in "$2"/*.pt; do # of x.slim.pt and the x.pt that was made of it, the first is enough
    if [ ! -f "${model%.pt}.slim.pt" ]; then models+=("$model"); fi
  done
  "$python" -W ignore "$script" "$3/photos/coffee.jpg" "$out" "${models[@]}" --device "${device%%:*}" --calls "$calls" ||
    echo "SKIP Python on the same card: $script failed"
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
  for model in "$@"; do
    if [ "$(stat -c %s "$model")" -le $((32 << 20)) ]; then cp "$model" "$app/models/"; else slim "$model" "$app/models/$(basename "${model%.pt}").slim.pt"; fi
  done
  du -sh "$app"
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
  kit)
    [ $# -ge 2 ] || usage
    app=$here
    out=${3:-$app/gpu-check.json}
    # before env.sh, whose library path is not for Python
    python_reference "$out" "$app/models" "$app/kit"
    # shellcheck disable=SC1091
    . "${KIT:-$(dirname "$2")}/env.sh" "$2"
    nvidia-smi --query-gpu=name,driver_version,memory.total,compute_cap --format=csv || echo "gpu-check: no nvidia-smi"
    native=$app/libwwts_preprocess.so
    [ -f "$native" ] || native=none
    check "$JAVA" "$JAVACPP_OPTS -Dwwts.native=$native" "$app/classes:$app/test-classes:$app/jars/*:$CLASSPATH_BASE" \
      "$app/models" "$app/kit" "$out"
    ;;
  here)
    [ $# -eq 4 ] || usage
    out=$(realpath "$2") models=$(realpath "$3") kit=$(realpath "$4")
    python_reference "$out" "$models" "$kit"
    cd "$root"
    mvn -q -Pgpu test-compile dependency:build-classpath -DincludeScope=test -Dmdep.outputFile=target/gpu-classpath.txt
    check java "" "target/test-classes:target/classes:$(cat target/gpu-classpath.txt)" "$models" "$kit" "$out"
    ;;
  python)
    [ $# -eq 4 ] || usage
    python_reference "$2" "$3" "$4"
    ;;
  *) usage ;;
esac
