/** Other ways from a picture's bytes to labels, as their own documentation says. */
@org.jspecify.annotations.NullMarked
package dev.wwts.benchmarks.peers;
