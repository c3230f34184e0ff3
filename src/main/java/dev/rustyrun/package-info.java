/** Rustyrun's entry point; see {@link dev.rustyrun.Rustyrun}. */
package dev.rustyrun;
