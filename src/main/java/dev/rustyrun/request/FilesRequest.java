package dev.rustyrun.request;

import java.util.List;

/** The files that a launch writes before its start, and those that it returns. */
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

    /** The files to write before the start. */
    public List<PlacedFile> files() {
        return files;
    }

    /** The patterns of the files to return. */
    public List<String> outputs() {
        return outputs;
    }

    /**
     * Checks that {@code launch} can use these files.
     *
     * @param maxFiles maximum number of files, and of patterns
     */
    public void check(LaunchRequest launch, int maxFiles) {
        if (files.size() > maxFiles || outputs.size() > maxFiles) {
            String field = files.size() > maxFiles ? "files" : "outputs";
            throw FieldException.at("/" + field, field + " has more than " + maxFiles + " entries, the maximum");
        }
        if (launch.isReadOnly() && !files.isEmpty()) {
            throw FieldException.at(
                    "/files", "files cannot be written into a read-only root file system: omit readOnly");
        }
        for (int i = 0; i < files.size(); i++) {
            files.get(i).check("/files/" + i);
        }
    }
}
