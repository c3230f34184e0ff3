/** The layers of images: each is unpacked once into a directory, which overlays use as a lower directory. */
package dev.rustyrun.image.layer;
