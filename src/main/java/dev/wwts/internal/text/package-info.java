/** Text that may stand on a console, in a log or in a message. */
@NullMarked
package dev.wwts.internal.text;

import org.jspecify.annotations.NullMarked;
