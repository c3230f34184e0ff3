/** Commands about images. */
package dev.rustyrun.cli.images;
