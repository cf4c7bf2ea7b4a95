#!/bin/sh
# CUDA for a machine without a card: libcudart (runtime.cpp), libnvjpeg (nvjpeg.cpp), and libraries that answer 0, in a folder for LD_LIBRARY_PATH.
#
#   make.sh OUT CUDA_INCLUDE FOLDER...    FOLDER: where the natives of LibTorch's CUDA build and of the CUDA presets lie, unpacked
#
# OUT gets every library that those need of CUDA, libwwts_preprocess.so, whose launch runs on the host in the stream's order, and
# device_check over the same launch.
# Needs nm, readelf and c++ with C++20; nvJPEG decodes where libjpeg and its header are.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$1 include=$2
shift 2
mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$out/made
mkdir -p "$work"

# every function of CUDA's that the natives name: SYMBOL@LIBRARY where the linker wrote that down
find "$@" -name '*.so*' -type f | while read -r library; do
  nm -D --undefined-only "$library" 2>/dev/null | awk '{print $2}'
done | grep -E '^(_*cuda[A-Z]|cu[A-Z]|cublas|cudnn|cusparse|cusolver|cufft|curand|nvrtc|nccl|cupti|nvml|nvjpeg)' | sort -u >"$work/wanted"

jpeg=-ljpeg without=
if ! printf '#include <cstdio>\n#include <jpeglib.h>\nint main() {}' | c++ -x c++ -o "$work/jpeg" - -ljpeg 2>/dev/null; then
  echo "hostcuda: no libjpeg here to decode with: its nvJPEG supports no picture" >&2
  jpeg= without=-DHOSTCUDA_NO_JPEG
fi

library_of() { # the symbols that belong to a library: by its version, else by its prefix
  case $1 in
    libcuda.so.1) grep -E '^cu[A-Z]' "$work/wanted" | grep -vE '@|^cuFile' ;;
    libcufile.so.0) grep -E '^cuFile' "$work/wanted" ;;
    libnccl.so.2) grep -E '^nccl' "$work/wanted" ;;
    libnvidia-ml.so.1) grep -E '^nvml' "$work/wanted" ;;
    *) sed -n "s/@$1\$//p" "$work/wanted" ;;
  esac
}

for library in $(sed -n 's/.*@//p' "$work/wanted" | sort -u) libcuda.so.1 libcufile.so.0 libnccl.so.2 libnvidia-ml.so.1; do
  name=$(echo "${library%%.so*}" | tr '-' '_')
  source=$here/libraries.cpp
  none=0
  if [ "$library" = libcudart.so.13 ]; then
    source=$here/runtime.cpp
    none=801 # cudaErrorNotSupported
  fi
  more=
  if [ "$library" = libnvjpeg.so.13 ]; then # made behind libcudart, in the alphabet's order
    source=$here/nvjpeg.cpp
    more="$out/libcudart.so.13 $jpeg"
  fi
  # shellcheck disable=SC2086
  c++ -std=c++20 -O1 -fPIC -Wall -Wextra $without "-DLIB_$name" -I"$include" -c "$source" -o "$work/$name.o"
  nm --defined-only "$work/$name.o" | awk '$2 == "T" {print $3}' | sort -u >"$work/$name.own"
  library_of "$library" | sort -u | comm -23 - "$work/$name.own" | sed "s/.*/int &(void) { return $none; }/" >"$work/$name.c"
  cc -fPIC -w -c "$work/$name.c" -o "$work/$name.rest.o"
  if grep -q "@$library\$" "$work/wanted"; then echo "$library { global: *; };"; else echo "{ global: *; };"; fi >"$work/$name.map"
  c++ -shared -Wl,-soname,"$library" -Wl,--version-script,"$work/$name.map" -o "$out/$library" "$work/$name.o" "$work/$name.rest.o" $more -lpthread
done

# libraries that are loaded and never called
find "$@" -name '*.so*' -type f -exec readelf -d {} + 2>/dev/null | sed -n 's/.*NEEDED.*\[\(.*\)\].*/\1/p' | sort -u |
  grep -E '^lib(cu|nv|npp|nccl)' | while read -r library; do
  [ -e "$out/$library" ] || echo 'int hostcuda_nothing;' | cc -x c -shared -fPIC -Wl,-soname,"$library" -o "$out/$library" -
done

native=$here/../..
java=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")/include
c++ -std=c++20 -O2 -fPIC -shared -ffp-contract=off -fvisibility=hidden -I"$native" -I"$java" -I"$java/linux" -I"$include" -o "$out/libwwts_preprocess.so" \
  "$native/upright.cpp" "$native/plan.cpp" "$native/api.cpp" "$native/rank.cpp" "$native/wwts_jni.cpp" "$here/launch.cpp" "$out/libcudart.so.13"
c++ -std=c++20 -O1 -ffp-contract=off -I"$native" -I"$include" -o "$out/device_check" -x c++ "$native/test/device_check.cu" \
  "$native/upright.cpp" "$native/plan.cpp" "$native/api.cpp" "$native/rank.cpp" "$here/launch.cpp" -x none "$out/libcudart.so.13"
echo "$out"
