package dev.rustyrun.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class IdPoolTest {

    @Test
    void ranges_begin_at_multiples_of_their_length_so_that_pools_share_them_wholly_or_not_at_all() {
        IdPool pool = IdPool.parse("100000:200000");
        assertEquals(2, pool.ranges());
        assertEquals(new IdMapping(0, 131072, 65536), pool.range(0));
        assertEquals(new IdMapping(0, 196608, 65536), pool.range(1));
        assertEquals("100000:200000", pool.toString());
        assertEquals(2046, IdPool.DEFAULT.ranges());
        assertEquals(IdPool.DEFAULT, IdPool.parse(IdPool.DEFAULT.toString()));
    }

    @Test
    void an_invalid_pool_or_one_with_users_of_the_host_is_refused() {
        for (String wrong : List.of(
                "",
                "1",
                "a:b",
                "100000",
                "100000:65536",
                "0:4294967294",
                "65535:200000",
                "4294900000:131072",
                "-1:5",
                "100000:0",
                "99999999999:1",
                "4294836224:131072")) {
            assertThrows(InvalidSpecException.class, () -> IdPool.parse(wrong), wrong);
        }
        assertEquals(1, IdPool.parse("4294770688:131072").ranges() - 1);
    }

    @Test
    void it_finds_overlapping_ranges() {
        IdPool pool = IdPool.parse("131072:65536");
        assertTrue(pool.overlaps(100000, 65536));
        assertTrue(pool.overlaps(196607, 1));
        assertFalse(pool.overlaps(196608, 1));
        assertFalse(pool.overlaps(100000, 31072));
    }

    @Test
    void ids_are_translated_by_the_kernels_maps() {
        List<IdMapping> map =
                IdMapping.ofProcFile("         0 2013265920      65536\n     70000          5          1\n");
        assertEquals(OptionalLong.of(2013265927), IdMapping.outside(map, 7));
        assertEquals(OptionalLong.of(5), IdMapping.outside(map, 70000));
        assertEquals(OptionalLong.empty(), IdMapping.outside(map, 65536));
        assertEquals(OptionalLong.of(7), IdMapping.inside(map, 2013265927));
        assertEquals(OptionalLong.empty(), IdMapping.inside(map, 0));
    }
}
