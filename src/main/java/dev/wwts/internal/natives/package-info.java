/**
 * How native libraries come into the process: JavaCPP unpacks them from their jars into a folder
 * and loads them from there. Here is looked at that folder, and told why it did not go well.
 */
@NullMarked
package dev.wwts.internal.natives;

import org.jspecify.annotations.NullMarked;
