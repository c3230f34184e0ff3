package dev.rustyrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ContainerReportTest {

    @Test
    void an_owner_without_a_name_is_shown_by_number() {
        assertEquals("alice", ContainerReport.owner("alice", 1000));
        assertEquals("#1500", ContainerReport.owner("?", 1500));
        assertEquals("#4294967294", ContainerReport.owner("", -2));
    }
}
