/**
 * What only a card can show: {@link dev.wwts.gpu.GpuCheck} is run by benchmarks/gpu-check.sh,
 * without JUnit, as the machine with the card may have neither Maven nor a JDK.
 */
package dev.wwts.gpu;
