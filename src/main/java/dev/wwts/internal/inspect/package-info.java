/**
 * What is here and what it takes, for people: natives, devices and their memory, as the commands
 * doctor and vram and the reports of measurements tell them. Nothing that recognizes goes through
 * it.
 */
@NullMarked
package dev.wwts.internal.inspect;

import org.jspecify.annotations.NullMarked;
