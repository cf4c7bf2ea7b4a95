#!/bin/bash
# What only a card can show, as one command: PASS or FAIL lines and a file of JSON.
#
#   gpu-check.sh pack APP [MODEL.pt ...]   here, after mvn test-compile: makes APP, what has to travel (about 30 MB with three models).
#                                          Weights of models over 32 MB are left out and replaced by random ones over there.
#   gpu-check.sh kit RUNTIME [OUT.json]    there, from inside APP: on the runtime that gpu-kit/unpack.sh unpacked
#   gpu-check.sh here [OUT.json] MODELS KIT   on a machine with a card, CUDA 13, cuDNN 9, a JDK and Maven: from a checkout
#
# WWTS_CHECK_OPTS holds more options for java: -Dwwts.check.calls=1000 -Dwwts.check.swaps=1000 -Dwwts.check.trace=true
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
usage() { sed -n '2,10p' "$0" | sed 's/^# \{0,1\}//'; exit 2; }
LOG="-Dorg.slf4j.simpleLogger.log.org.bytedeco=error"
check() { # JAVA OPTIONS CLASSPATH MODELS KIT OUT
  # shellcheck disable=SC2086
  "$1" $2 -Xmx2g $LOG ${WWTS_CHECK_OPTS:-} -cp "$3" dev.wwts.gpu.GpuCheck "$4" "$5" "$6"
}

pack() {
  local app=$1; shift
  local kit=${WWTS_KIT:-$root/../shared/models-kit}
  mkdir -p "$app"/{jars,models,kit/golden}
  cp -r "$root/target/classes" "$root/target/test-classes" "$app/"
  cp "$root/benchmarks/gpu-check.sh" "$app/"
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
    app=$(cd "$(dirname "$0")" && pwd)
    out=${3:-$app/gpu-check.json}
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
    cd "$root"
    mvn -q -Pgpu test-compile dependency:build-classpath -DincludeScope=test -Dmdep.outputFile=target/gpu-classpath.txt
    check java "" "target/test-classes:target/classes:$(cat target/gpu-classpath.txt)" "$3" "$4" "$2"
    ;;
  *) usage ;;
esac
