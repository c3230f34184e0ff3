/** Images: what they are called, where they come from, how they are stored, and how archives of them are read and written. */
package dev.rustyrun.image;
