/** The layers of images on this machine: each is unpacked once into a directory that an overlay can be put together from. */
package dev.rustyrun.image.layer;
