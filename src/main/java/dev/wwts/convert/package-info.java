/**
 * Makes wwts model files of other people's: what is read here comes from anywhere and is checked
 * before anything is made of it.
 */
@NullMarked
package dev.wwts.convert;

import org.jspecify.annotations.NullMarked;
