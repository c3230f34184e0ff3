/** Container images: names, registries, the image store, and archives. */
package dev.rustyrun.image;
