// dev.wwts.internal.cuda.NativePreprocess and NativeRank: the C interface, with addresses as longs. README.md says more.
//
// No C++ exception can reach the virtual machine, since nothing here or below throws; Java exceptions are left to Java, which
// turns error codes into them. The only memory that is touched besides the caller's addresses are arrays copied to the stack.
#include <jni.h>
#include <stddef.h>

#include "plan.h"
#include "wwts_rank.h"

#define WWTS_JNI(type, name) extern "C" JNIEXPORT type JNICALL Java_dev_wwts_internal_cuda_NativePreprocess_##name
#define WWTS_RANK_JNI(type, name) extern "C" JNIEXPORT type JNICALL Java_dev_wwts_internal_cuda_NativeRank_##name

namespace {

// the integers of a recipe stand before its floats, in the order of Java's NativePreprocess.Field
constexpr jsize kRecipeNumbers = offsetof(wwts_recipe, mean) / sizeof(jint);

const wwts_plan_t *plan_at(jlong address) { return reinterpret_cast<const wwts_plan_t *>(address); }

}  // namespace

WWTS_JNI(jint, abiVersion)(JNIEnv *, jclass) { return wwts_abi_version(); }

WWTS_JNI(jlong, planBytes)(JNIEnv *, jclass) { return static_cast<jlong>(sizeof(wwts_plan_t)); }

WWTS_JNI(jint, plan)(JNIEnv *env, jclass, jlong plan, jint width, jint height, jint orientation, jboolean bgr, jintArray numbers,
                     jfloatArray meanThenStd) {
  if (!plan || !numbers || !meanThenStd || env->GetArrayLength(numbers) != kRecipeNumbers || env->GetArrayLength(meanThenStd) != 6) {
    return wwts::failed(WWTS_ERROR_ARGUMENT, "a null plan, or not a number for each of a recipe's and 6 floats");
  }
  wwts_recipe recipe;
  env->GetIntArrayRegion(numbers, 0, kRecipeNumbers, &recipe.width);
  env->GetFloatArrayRegion(meanThenStd, 0, 3, recipe.mean);
  env->GetFloatArrayRegion(meanThenStd, 3, 3, recipe.std);
  const wwts_picture picture{width, height, orientation, bgr ? 1 : 0};
  return wwts_plan(&picture, &recipe, reinterpret_cast<wwts_plan_t *>(plan));
}

WWTS_JNI(jlong, tableBytes)(JNIEnv *, jclass, jlong plan) { return wwts_table_bytes(plan_at(plan)); }

WWTS_JNI(jlong, scratchBytes)(JNIEnv *, jclass, jlong plan) { return wwts_scratch_bytes(plan_at(plan)); }

// region: x, y, width, height
WWTS_JNI(jint, sourceRegion)(JNIEnv *env, jclass, jlong plan, jintArray region) {
  wwts_region r;
  if (!region || env->GetArrayLength(region) != 4) return wwts::failed(WWTS_ERROR_ARGUMENT, "a region has 4 numbers");
  if (const int code = wwts_source_region(plan_at(plan), &r)) return code;
  const jint values[4] = {r.x, r.y, r.width, r.height};
  env->SetIntArrayRegion(region, 0, 4, values);
  return WWTS_OK;
}

WWTS_JNI(jint, fillTable)(JNIEnv *, jclass, jlong plan, jlong table, jlong bytes) {
  return wwts_fill_table(plan_at(plan), reinterpret_cast<void *>(table), bytes);
}

WWTS_JNI(jint, launch)(JNIEnv *, jclass, jlong plan, jlong source, jlong pitch, jlong table, jlong scratch, jlong output, jlong index,
                       jlong stream) {
  return wwts_launch(plan_at(plan), static_cast<uint64_t>(source), pitch, static_cast<uint64_t>(table), static_cast<uint64_t>(scratch),
                     static_cast<uint64_t>(output), index, reinterpret_cast<void *>(stream));
}

WWTS_JNI(jint, runOnHost)(JNIEnv *, jclass, jlong plan, jlong source, jlong pitch, jlong table, jlong scratch, jlong output, jlong index) {
  return wwts_run_on_host(plan_at(plan), static_cast<uint64_t>(source), pitch, static_cast<uint64_t>(table), static_cast<uint64_t>(scratch),
                          static_cast<uint64_t>(output), index);
}

WWTS_JNI(jint, prepare)(JNIEnv *, jclass) { return wwts_prepare(); }

WWTS_JNI(jstring, lastError)(JNIEnv *env, jclass) { return env->NewStringUTF(wwts_last_error()); }

WWTS_RANK_JNI(jint, rank)(JNIEnv *, jclass, jlong logits, jlong rowStride, jlong classStride, jint dtype, jint activation, jint rows,
                          jint classes, jint k, jlong indices, jlong scores, jlong stream) {
  const wwts_ranking ranking{static_cast<uint64_t>(logits), rowStride, classStride, dtype, activation, rows, classes, k,
                             static_cast<uint64_t>(indices), static_cast<uint64_t>(scores)};
  return wwts_rank(&ranking, reinterpret_cast<void *>(stream));
}

WWTS_RANK_JNI(jint, prepare)(JNIEnv *, jclass) { return wwts_rank_prepare(); }
