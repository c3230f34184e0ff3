/** Readers of the JSON files that other container tools write. The only package that parses JSON for a launch. */
package dev.rustyrun.oci;
