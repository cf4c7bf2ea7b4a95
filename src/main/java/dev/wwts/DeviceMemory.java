package dev.wwts;

/**
 * What a recognizer takes of a GPU's memory, in bytes. LibTorch has one allocator a process: with
 * several recognizers on one GPU, peak and reserved are those of all.
 *
 * @param weights of the network, as it lies on the GPU
 * @param activationsPeak the most beyond the weights since load: buffers, activations, graphs
 * @param reserved what LibTorch holds of the GPU now, in use or kept for later
 * @param process what the driver counts for the whole process, CUDA's own share included; -1 where
 *     it does not tell
 */
public record DeviceMemory(long weights, long activationsPeak, long reserved, long process) {}
