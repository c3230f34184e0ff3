package dev.rustyrun.request;

import java.util.List;

/** The files that a launch brings along, and those that it wants back. */
public final class FilesRequest {

    @RequestField(
            json = "files",
            inJson = "Files to write before the command starts: path, text or base64, and mode.",
            example = "[{\"path\": \"main.c\", \"text\": \"int main(void) { return 0; }\", \"mode\": \"0644\"}]")
    private List<PlacedFile> files = List.of();

    @RequestField(
            json = "outputs",
            inJson = "Files to return after the command's end: paths, with the wildcards * and ?.",
            example = "[\"out/*.txt\"]")
    private List<String> outputs = List.of();

    /** Those that come along. */
    public List<PlacedFile> files() {
        return files;
    }

    /** Patterns of those that are wanted back. */
    public List<String> outputs() {
        return outputs;
    }

    /**
     * Checks that {@code launch} can have them.
     *
     * @param mostFiles of them, and of patterns
     */
    public void check(LaunchRequest launch, int mostFiles) {
        if (files.size() > mostFiles || outputs.size() > mostFiles) {
            String field = files.size() > mostFiles ? "files" : "outputs";
            throw FieldException.at("/" + field, field + " has more than " + mostFiles + " entries, which is the most");
        }
        if (launch.isReadOnly() && !files.isEmpty()) {
            throw FieldException.at(
                    "/files", "files cannot be written into a root file system that is read-only: leave readOnly out");
        }
        for (int i = 0; i < files.size(); i++) {
            files.get(i).check("/files/" + i);
        }
    }
}
