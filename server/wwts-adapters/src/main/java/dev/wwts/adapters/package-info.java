/**
 * wwts where others look for models: each class needs one library, which the application brings.
 */
@NullMarked
package dev.wwts.adapters;

import org.jspecify.annotations.NullMarked;
