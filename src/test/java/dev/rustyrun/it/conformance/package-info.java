/**
 * A test for each MUST of the OCI runtime specification's runtime.md, config.md and config-linux.md that applies to a
 * Linux runtime. A test's display name begins with the file and the section; the specification has the exact text.
 */
package dev.rustyrun.it.conformance;
