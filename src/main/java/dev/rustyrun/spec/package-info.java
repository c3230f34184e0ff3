/**
 * What to run, as the OCI runtime specification's {@code config.json} says it: records, defaults, parsing of the small
 * languages inside them (mount options, users, volumes), and validation. Command-line flags, HTTP requests and OCI
 * bundles all become a {@link dev.rustyrun.spec.Spec}; nothing below this package knows which it was.
 */
package dev.rustyrun.spec;
