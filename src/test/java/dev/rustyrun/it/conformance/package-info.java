/**
 * A test for each MUST of the OCI runtime specification's runtime.md, config.md and config-linux.md that is about a runtime
 * on Linux. A test's display name begins with the file and the section; the specification has the words.
 */
package dev.rustyrun.it.conformance;
