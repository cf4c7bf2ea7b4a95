/**
 * What a folder downloaded from a model hub says of the network whose weights it holds: its
 * architecture, how pictures are prepared for it, and the names of its classes.
 */
@NullMarked
package dev.wwts.convert.folder;

import org.jspecify.annotations.NullMarked;
