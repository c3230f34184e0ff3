/**
 * The configuration of a container, following the OCI runtime specification's {@code config.json}: records, defaults,
 * parsing of values (mount options, users, volumes), and validation. Command-line flags, HTTP requests and OCI bundles
 * all become a {@link dev.rustyrun.spec.Spec}; no package below this one knows where it came from. The
 * values and exceptions that every layer needs are here too.
 */
package dev.rustyrun.spec;
