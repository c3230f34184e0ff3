/**
 * What runs inside the native image builder, and never in a Rustyrun process: the order of methods and objects in the
 * executable. It uses classes of the builder by reflection, because they have no API for this and are compiled for a
 * newer Java than this project.
 */
package dev.rustyrun.builder;
