/** What a service meets: many callers, arrivals that do not wait, overload, hours, swaps. */
@org.jspecify.annotations.NullMarked
package dev.wwts.benchmarks.load;
