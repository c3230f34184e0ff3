/** What may be asked of a launch: each option once, with its words for every command line. */
package dev.rustyrun.request;
