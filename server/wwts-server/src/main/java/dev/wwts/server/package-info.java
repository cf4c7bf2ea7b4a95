/** The service: wwts over HTTP, by the library's API and Spring Boot's parts. */
@NullMarked
package dev.wwts.server;

import org.jspecify.annotations.NullMarked;
