package dev.rustyrun.engine;

import dev.rustyrun.spec.MessageLine;
import java.util.List;

/** Formats lines of cells as a text table. */
public final class Table {

    private static final int GAP = 4;

    private Table() {}

    /** A cell with control characters escaped, so that a terminal does not interpret them. */
    public static String cell(String word) {
        return MessageLine.cell(word);
    }

    /** Aligns the columns; all lines must have the same number of cells. */
    public static String of(List<List<String>> cells) {
        List<List<String>> lines = cells.stream()
                .map(line -> line.stream().map(Table::cell).toList())
                .toList();
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            for (int column = 0; column < line.size(); column++) {
                int place = column;
                int width = lines.stream()
                                .mapToInt(other -> other.get(place).length())
                                .max()
                                .orElse(0)
                        + GAP;
                String word = line.get(column);
                text.append(word).append(column == line.size() - 1 ? "\n" : " ".repeat(width - word.length()));
            }
        }
        return text.toString();
    }
}
