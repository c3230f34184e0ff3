package dev.rustyrun.request;

/** The size of a terminal at the caller's side. */
public abstract class TerminalRequest {

    private static final int MAX_EXTENT = 9999;

    @RequestField(json = "rows", inJson = "The terminal's height in characters.", unsaid = "24", example = "24")
    private Long rows;

    @RequestField(json = "columns", inJson = "The terminal's width in characters.", unsaid = "80", example = "80")
    private Long columns;

    TerminalRequest() {}

    /** Its height in characters. */
    public int rows() {
        return extent("rows", rows, 24);
    }

    /** Its width in characters. */
    public int columns() {
        return extent("columns", columns, 80);
    }

    private static int extent(String field, Long said, int usual) {
        if (said == null) {
            return usual;
        }
        if (said < 1 || said > MAX_EXTENT) {
            throw FieldException.at("/" + field, field + " must be from 1 to " + MAX_EXTENT);
        }
        return said.intValue();
    }

    /** Says how large it is. */
    public void size(int newRows, int newColumns) {
        rows = (long) newRows;
        columns = (long) newColumns;
    }
}
