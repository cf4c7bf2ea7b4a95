/** What people read of a run: tables, pictures, and two runs side by side. */
@org.jspecify.annotations.NullMarked
package dev.wwts.benchmarks.report;
