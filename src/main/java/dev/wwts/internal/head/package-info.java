/**
 * From a network's output to an answer, in two halves: a {@link dev.wwts.internal.head.Readout},
 * which a lane reads on its device, and a {@link dev.wwts.internal.head.Head}, which makes the
 * answer of what was read. Another kind of answer is another head, and its place in {@link
 * dev.wwts.internal.head.Heads}.
 */
@NullMarked
package dev.wwts.internal.head;

import org.jspecify.annotations.NullMarked;
