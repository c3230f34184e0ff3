package dev.rustyrun.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A page of the documentation and its fenced blocks.
 *
 * @param name the file's path in the project's folder
 */
public record Page(String name, String text, List<Block> blocks) {

    private static final String FENCE = "```";

    /** A fenced block; {@code language} is the word after the opening fence. */
    public record Block(String language, String text) {

        public String firstLine() {
            return text.lines().findFirst().orElse("");
        }
    }

    /** The README and all pages in {@code docs}, by name. */
    public static List<Page> all(Path project) {
        try (Stream<Path> docs = Files.list(project.resolve("docs"))) {
            return Stream.concat(
                            Stream.of(project.resolve("README.md")),
                            docs.filter(f -> f.toString().endsWith(".md")).sorted())
                    .map(file -> read(project, file))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Page named(Path project, String name) {
        return read(project, project.resolve(name));
    }

    /** The blocks in this language. */
    public List<Block> blocks(String language) {
        return blocks.stream()
                .filter(block -> block.language().equals(language))
                .toList();
    }

    private static Page read(Path project, Path file) {
        try {
            String text = Files.readString(file);
            return new Page(project.relativize(file).toString(), text, fenced(text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Block> fenced(String text) {
        List<Block> found = new ArrayList<>();
        StringBuilder inside = null;
        String language = "";
        for (String line : text.lines().toList()) {
            if (!line.strip().startsWith(FENCE)) {
                if (inside != null) {
                    inside.append(line).append('\n');
                }
            } else if (inside == null) {
                inside = new StringBuilder();
                language = line.strip().substring(FENCE.length());
            } else {
                found.add(new Block(language, inside.toString()));
                inside = null;
            }
        }
        return List.copyOf(found);
    }
}
