/**
 * What a measurement leaves behind: the facts of its run, the memory over its time as a picture,
 * and files for other people's viewers.
 */
@NullMarked
package dev.wwts.report;

import org.jspecify.annotations.NullMarked;
