/** wwts in Spring Boot: {@code wwts.*} properties become a {@link dev.wwts.ModelSlot}. */
@NullMarked
package dev.wwts.spring;

import org.jspecify.annotations.NullMarked;
