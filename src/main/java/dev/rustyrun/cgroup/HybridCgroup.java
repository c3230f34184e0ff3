package dev.rustyrun.cgroup;

import dev.rustyrun.spec.Resources;
import java.util.ArrayList;
import java.util.List;

/**
 * A group on a machine that uses v1 and v2 at the same time. A controller that v1 uses is not available in v2, so v1 is
 * used for it, and v2 for all others. On many such machines v2 has no controllers, or only hugetlb; then the group is
 * not created there, because joining it waits for all forks in the system to finish (3 to 15 ms).
 */
final class HybridCgroup implements Cgroup {

    private final CgroupLayout layout;
    private final V1Cgroup v1;
    private final V2Cgroup v2;

    HybridCgroup(ControlFiles files, CgroupLayout layout, CgroupPath path) {
        this.layout = layout;
        v1 = new V1Cgroup(files, layout, path);
        v2 = new V2Cgroup(files, layout, path);
    }

    @Override
    public CgroupPath path() {
        return v1.path();
    }

    @Override
    public void create(Hierarchies where, int holder) {
        v1.create(where, holder);
        boolean complete = false;
        try {
            if (!v1.hasFreezer() || v2.hasUsualControllers()) {
                v2.create(where, holder);
            }
            complete = true;
        } finally {
            if (!complete) {
                v1.removeIfEmpty();
            }
        }
    }

    @Override
    public void apply(Resources resources) {
        checkUnified(resources);
        v1.write(only(v1.settingsOf(resources), true));
        List<Setting> rest = only(V2Settings.of(resources, !has("io") && v2Uses(resources)), false);
        boolean filtersDevices = !resources.devices().isEmpty() && !has("devices");
        if (!rest.isEmpty() || filtersDevices) {
            joinV2();
            v2.checkMemory(resources.memory());
            v2.write(rest);
        }
        if (filtersDevices) {
            v2.limitDevices(resources.devices());
        } else if (!resources.devices().isEmpty()) {
            v1.limitDevices(resources.devices());
        }
    }

    private boolean v2Uses(Resources resources) {
        if (resources.blockIo().equals(Resources.BlockIo.NONE)) {
            return false;
        }
        joinV2();
        return v2.usesBfq(resources.blockIo());
    }

    private void checkUnified(Resources resources) {
        for (String file : resources.unified().keySet()) {
            String controller = file.substring(0, file.indexOf('.'));
            if (has(controller)) {
                throw new CgroupException("\"unified\" names " + file + " of cgroup v2, but v1 has the controller "
                        + controller + " on this machine");
            }
        }
    }

    private void joinV2() {
        if (v2.make()) {
            v2.join(v1.processes());
        }
    }

    private List<Setting> only(List<Setting> settings, boolean ofV1) {
        List<Setting> only = new ArrayList<>();
        for (Setting setting : settings) {
            if (has(setting.controller()) == ofV1 && !setting.controller().equals("unified")) {
                only.add(setting);
            }
        }
        return only;
    }

    /** Whether v1 has a controller, named as in either version. */
    private boolean has(String controller) {
        return layout.v1(controller.equals("io") ? "blkio" : controller).isPresent();
    }

    @Override
    public List<String> procsFiles() {
        List<String> all = new ArrayList<>(v1.procsFiles());
        all.addAll(v2.procsFiles());
        return all;
    }

    @Override
    public List<String> procsFiles(GroupsBelow below, int init) {
        List<String> all = new ArrayList<>(v1.procsFiles(below, init));
        all.addAll(v2.procsFilesBelow(below, init));
        return all;
    }

    @Override
    public boolean isFull() {
        return v1.isFull() || v2.isFull();
    }

    @Override
    public Statistics statistics() {
        return v2.exists() ? v1.statistics().or(v2.statistics()) : v1.statistics();
    }

    @Override
    public long oomKills() {
        return Statistics.known(v1.oomKills(), v2.exists() ? v2.oomKills() : Statistics.UNKNOWN);
    }

    @Override
    public Usage usage() {
        return v2.exists() ? v1.usage().or(v2.usage()) : v1.usage();
    }

    @Override
    public void freeze() {
        freezer().freeze();
    }

    @Override
    public void thaw() {
        freezer().thaw();
    }

    @Override
    public boolean isFrozen() {
        return freezer().isFrozen();
    }

    private Cgroup freezer() {
        return v1.hasFreezer() ? v1 : v2;
    }

    @Override
    public void kill() {
        if (v2.exists()) {
            v2.kill();
        }
        v1.kill();
    }

    @Override
    public List<Integer> processes() {
        List<Integer> found = v1.processes();
        return found.isEmpty() ? v2.processes() : found;
    }

    @Override
    public boolean removeIfEmpty() {
        return v1.removeIfEmpty() & v2.removeIfEmpty();
    }

    @Override
    public void remove() {
        try {
            v1.remove();
        } finally {
            v2.remove();
        }
    }

    @Override
    public boolean exists() {
        return v1.exists() || v2.exists();
    }
}
