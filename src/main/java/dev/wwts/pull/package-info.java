/**
 * Models that are fetched by name: the catalogue, the download, and the folder that they are put
 * into. The only package that opens a connection; {@code ArchitectureTest} holds that.
 */
@NullMarked
package dev.wwts.pull;

import org.jspecify.annotations.NullMarked;
