package dev.rustyrun.image;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Makes an image from the tar of a root file system. */
final class ImportedTree {

    private static final long MAX_BYTES = 1L << 40;

    private final ImageStore store;

    ImportedTree(ImageStore store) {
        this.store = store;
    }

    Digest add(InputStream in, Optional<ImageReference> name, List<String> changes) throws IOException {
        ObjectNode run = JsonNodeFactory.instance.objectNode();
        changes.forEach(change -> apply(change, run));
        ArchiveFiles.File file = ArchiveFiles.spool(store.folder(), in, MAX_BYTES);
        try {
            check(file);
            Digest digest = file.digest().orElseThrow();
            Digest diffId = ManifestWriter.unpacked(file.path()).digest();
            Descriptor layer = new Descriptor(ManifestWriter.mediaType(file.path()), digest, file.size());
            store.blobs().adopt(file.path(), digest);
            byte[] json = config(run, diffId).toString().getBytes(StandardCharsets.UTF_8);
            Descriptor config = store.blobs().add(Manifest.OCI_CONFIG, json);
            byte[] manifest = ManifestWriter.write(config, List.of(layer));
            Digest manifestDigest = Digest.of(manifest);
            store.blobs().add(manifestDigest, manifest);
            ImageRecord image = ImageRecord.of(
                    manifestDigest, Manifest.parse("the manifest", "", manifest), ImageConfig.parse(json));
            store.put(image, name.map(List::of).orElse(List.of()));
            return image.id();
        } finally {
            Files.deleteIfExists(file.path());
        }
    }

    private static void check(ArchiveFiles.File file) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(LayerStream.open(file.path()), "UTF-8")) {
            if (tar.getNextEntry() != null) {
                return;
            }
        } catch (IllegalArgumentException | IOException e) {
            throw new InvalidSpecException("the input is not a tar: " + Printable.line(String.valueOf(e.getMessage())));
        }
        throw new InvalidSpecException("the input is an empty tar, or not a tar");
    }

    private static ObjectNode config(ObjectNode run, Digest diffId) {
        Platform host = Platform.host();
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("created", now)
                .put("architecture", host.architecture())
                .put("os", host.os());
        json.set("config", run);
        json.putObject("rootfs").put("type", "layers").putArray("diff_ids").add(diffId.toString());
        json.putArray("history").addObject().put("created", now).put("created_by", "rustyrun import");
        return json;
    }

    static void apply(String change, ObjectNode run) {
        String[] parts = change.strip().split("[ \t=]+", 2);
        String value = parts.length == 2 ? parts[1].strip() : "";
        if (value.isEmpty()) {
            throw wrong(change);
        }
        switch (parts[0].toUpperCase(Locale.ROOT)) {
            case "CMD" -> run.set("Cmd", words(change, value));
            case "ENTRYPOINT" -> run.set("Entrypoint", words(change, value));
            case "ENV" -> pairs(change, value).forEach(run.withArrayProperty("Env")::add);
            case "WORKDIR" -> run.put("WorkingDir", value);
            case "USER" -> run.put("User", value);
            case "STOPSIGNAL" -> run.put("StopSignal", value);
            case "VOLUME" -> values(change, value).forEach(run.withObjectProperty("Volumes")::putObject);
            case "EXPOSE" -> values(change, value).forEach(run.withObjectProperty("ExposedPorts")::putObject);
            case "LABEL" ->
                pairs(change, value).forEach(pair -> {
                    int equals = pair.indexOf('=');
                    run.withObjectProperty("Labels").put(pair.substring(0, equals), pair.substring(equals + 1));
                });
            default -> throw wrong(change);
        }
    }

    private static List<String> pairs(String change, String value) {
        List<String> pairs = tokens(change, value);
        if (pairs.stream().anyMatch(pair -> pair.indexOf('=') <= 0)) {
            throw wrong(change);
        }
        return pairs;
    }

    /** The values of an instruction, which are a JSON array or separate words. */
    private static List<String> values(String change, String value) {
        if (!value.startsWith("[")) {
            return tokens(change, value);
        }
        return DocumentField.read("--change " + change, value.getBytes(StandardCharsets.UTF_8))
                .texts();
    }

    /** Splits a value into words at blanks. Quoted text is one word, and a backslash escapes the next character. */
    private static List<String> tokens(String change, String value) {
        List<String> tokens = new ArrayList<>();
        StringBuilder token = new StringBuilder();
        char quote = 0;
        boolean begun = false;
        for (int at = 0; at < value.length(); at++) {
            char next = value.charAt(at);
            if (next == '\\' && quote != '\'' && at + 1 < value.length()) {
                token.append(value.charAt(++at));
                begun = true;
            } else if (quote != 0 ? next == quote : next == '"' || next == '\'') {
                quote = quote == 0 ? next : 0;
                begun = true;
            } else if (quote == 0 && (next == ' ' || next == '\t')) {
                if (begun) {
                    tokens.add(token.toString());
                }
                token.setLength(0);
                begun = false;
            } else {
                token.append(next);
                begun = true;
            }
        }
        if (quote != 0) {
            throw wrong(change);
        }
        if (begun) {
            tokens.add(token.toString());
        }
        return tokens;
    }

    /** The arguments of CMD or ENTRYPOINT: a JSON array, or a command line for a shell. */
    private static ArrayNode words(String change, String value) {
        if (!value.startsWith("[")) {
            return JsonNodeFactory.instance.arrayNode().add("/bin/sh").add("-c").add(value);
        }
        ArrayNode words = JsonNodeFactory.instance.arrayNode();
        values(change, value).forEach(words::add);
        return words;
    }

    private static InvalidSpecException wrong(String change) {
        return new InvalidSpecException(
                "--change " + Printable.quoted(change) + " is unsupported: use CMD, ENTRYPOINT, ENV NAME=VALUE,"
                        + " EXPOSE, LABEL NAME=VALUE, STOPSIGNAL, USER, VOLUME or WORKDIR");
    }
}
