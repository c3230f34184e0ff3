package dev.rustyrun.image.tar;

import dev.rustyrun.image.tar.TarReader.InvalidTarException;
import java.util.Optional;

/** The pax records of a sparse file, in the GNU formats 0.0, 0.1 and 1.0; info tar, "PAX 0" and "PAX 1". */
final class SparseHeader {

    private Optional<String> name = Optional.empty();
    private long wholeSize = -1;
    private long offset = -1;
    private boolean mapBeforeContents;
    private Optional<SparseMap> map = Optional.empty();

    /** The real name of the file. The entry itself has another name, for readers without support of these formats. */
    Optional<String> name() {
        return name;
    }

    void name(String text) {
        name = Optional.of(text);
    }

    /** Whether the map is at the start of the contents (format 1.0). */
    boolean hasMapBeforeContents() {
        return mapBeforeContents;
    }

    /** The map of a sparse file. In format 1.0 it is still empty and must be read from the contents. */
    Optional<SparseMap> map() {
        if (map.isPresent() || mapBeforeContents || wholeSize >= 0) {
            made().wholeSize(wholeSize);
        }
        return map;
    }

    private SparseMap made() {
        if (map.isEmpty()) {
            map = Optional.of(new SparseMap());
        }
        return map.get();
    }

    void add(String key, String value) throws InvalidTarException {
        switch (key) {
            case "major" -> mapBeforeContents = value.equals("1");
            case "size", "realsize" -> wholeSize = number(value);
            case "offset" -> offset = number(value);
            case "numbytes" -> made().add(offset, number(value));
            case "map" -> {
                String[] numbers = value.isEmpty() ? new String[0] : value.split(",", -1);
                for (int i = 0; i + 1 < numbers.length; i += 2) {
                    made().add(number(numbers[i]), number(numbers[i + 1]));
                }
            }
            default -> {
                // The number of pieces and the minor version are not needed.
            }
        }
    }

    static long number(String text) throws InvalidTarException {
        if (!text.matches("[0-9]{1,18}")) {
            throw new InvalidTarException("the map of a sparse file has an invalid number");
        }
        return Long.parseLong(text);
    }
}
