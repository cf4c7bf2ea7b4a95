package dev.wwts;

/**
 * How a recognizer goes, at one moment; calls are counted since it was loaded.
 *
 * @param sha256 of the model's file, 64 lower-case hexadecimal digits: of a slot's always, of a
 *     recognizer's own where it was asked for or the model gives embeddings; else empty
 * @param generation of the slot's model that answers calls which begin now, as in {@link
 *     ModelVersion}; 0 of a recognizer's own figures
 * @param waiting calls that are accepted and that no lane runs
 * @param busyLanes lanes that have calls
 * @param lanes all lanes
 * @param busyDecoders threads that decode a picture
 * @param decoders all threads that decode
 * @param accepted calls that were accepted
 * @param answered calls that were answered, those with refused pictures among them
 * @param failed calls that their device, model or memory failed
 * @param late calls whose deadline passed
 * @param abandoned calls whose caller was interrupted, or cancelled them
 * @param overloaded calls that were not accepted, as too many waited, or waited too long
 * @param closed calls that were not accepted, as the recognizer was closed or drained
 * @param waitingNanos nanoseconds that calls which have ended waited, all together
 * @param batches forwards that lanes ran
 * @param pictures pictures of these: the mean batch is {@code pictures / batches}
 * @param memory bytes of native memory, by kind
 */
public record Stats(
    String sha256,
    long generation,
    int waiting,
    int busyLanes,
    int lanes,
    int busyDecoders,
    int decoders,
    long accepted,
    long answered,
    long failed,
    long late,
    long abandoned,
    long overloaded,
    long closed,
    long waitingNanos,
    long batches,
    long pictures,
    NativeMemory memory) {}
