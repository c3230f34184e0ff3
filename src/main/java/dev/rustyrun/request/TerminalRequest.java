package dev.rustyrun.request;

/** The size of the caller's terminal. */
public abstract class TerminalRequest {

    private static final int MAX_EXTENT = 9999;

    @RequestField(json = "rows", inJson = "The terminal's height in characters.", defaultText = "24", example = "24")
    private Long rows;

    @RequestField(json = "columns", inJson = "The terminal's width in characters.", defaultText = "80", example = "80")
    private Long columns;

    TerminalRequest() {}

    /** Height in characters; the default is 24. */
    public int rows() {
        return extent("rows", rows, 24);
    }

    /** Width in characters; the default is 80. */
    public int columns() {
        return extent("columns", columns, 80);
    }

    private static int extent(String field, Long said, int defaultValue) {
        if (said == null) {
            return defaultValue;
        }
        if (said < 1 || said > MAX_EXTENT) {
            throw FieldException.at("/" + field, field + " must be from 1 to " + MAX_EXTENT);
        }
        return said.intValue();
    }

    /** Sets the size. */
    public void size(int newRows, int newColumns) {
        rows = (long) newRows;
        columns = (long) newColumns;
    }
}
