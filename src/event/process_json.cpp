#include "process_json.hpp"

#include "touchstone/cgroup_names.hpp"

namespace touchstone {
namespace {

void write_identity(JsonWriter& json, const Process& process) {
    json.text_unless_empty("entity_id", process.entity_id);
    json.number("pid", process.pid);
    json.text("name", process.name);
    json.text_unless_empty("executable", process.executable);
}

void write_parent(JsonWriter& json, const Process& process) {
    json.number("pid", process.pid);
    json.text("name", process.name);
    json.text_unless_empty("executable", process.executable);
    json.text_unless_empty("entity_id", process.entity_id);
}

void write_user(JsonWriter& json, std::uint32_t uid, const std::string& name) {
    json.begin_object("user");
    json.number_as_text("id", uid);
    json.text_unless_empty("name", name);
    json.end_object();
}

// What ECS has no place for.
void write_surroundings(JsonWriter& json, const Process& process) {
    const bool other_user = process.real_uid != process.uid;
    if (!other_user && !process.session && process.tty.empty() && process.cgroup.empty() && process.pid_namespace == 0 && process.mount_namespace == 0) return;
    json.begin_object("process");
    if (other_user) json.number_as_text("real_user_id", process.real_uid);
    if (process.session) json.number_as_text("audit_session", *process.session);
    json.text_unless_empty("tty", process.tty);
    json.text_unless_empty("cgroup", process.cgroup);
    json.text_unless_empty("systemd_unit", systemd_unit_in(process.cgroup));
    json.text_unless_empty("pod_uid", pod_uid_in(process.cgroup));
    if (process.pid_namespace != 0) json.number_as_text("pid_namespace", process.pid_namespace);
    if (process.mount_namespace != 0) json.number_as_text("mount_namespace", process.mount_namespace);
    json.end_object();
}

void write_writer(JsonWriter& json, const Process& process) {
    json.begin_object();
    write_identity(json, process);
    json.text_unless_empty("systemd_unit", systemd_unit_in(process.cgroup));
    write_user(json, process.uid, "");
    json.end_object();
}

}  // namespace

const Actor* last_writer(const TouchedName& touch) { return touch.actors.empty() ? nullptr : touch.actors.back().get(); }

std::string actor_unknown(const TouchedName& touch) {
    return touch.actor_unknown.empty() ? "not told by the source" : touch.actor_unknown;
}

void write_process(JsonWriter& json, const Actor& actor, const std::string& user_name) {
    const Process& process = actor.process;
    json.begin_object("process");
    write_identity(json, process);
    if (!process.args.empty()) json.texts("args", process.args);
    if (process.start != WallTime{}) json.text("start", to_rfc3339(process.start));
    if (!actor.ancestors.empty()) {
        json.begin_object("parent");
        write_parent(json, actor.ancestors.front());
        json.end_object();
    }
    write_user(json, process.uid, user_name);
    json.end_object();

    write_user(json, process.uid, user_name);
    if (!process.container_id.empty()) {
        json.begin_object("container");
        json.text("id", process.container_id);
        json.end_object();
    }
}

void write_actors(JsonWriter& json, const TouchedName& touch) {
    const Actor* last = last_writer(touch);
    json.begin_array("ancestors");
    for (std::size_t i = 1; last && i < last->ancestors.size(); ++i) {
        json.begin_object();
        write_parent(json, last->ancestors[i]);
        json.end_object();
    }
    json.end_array();
    json.begin_array("actors");
    for (const auto& actor : touch.actors)
        if (actor) write_writer(json, actor->process);
    json.end_array();
    json.flag("actors_complete", touch.actors_complete);
    if (!last) json.text("actor_unknown", actor_unknown(touch));
    if (!last) return;
    if (last->process.login_uid) json.number_as_text("login_uid", *last->process.login_uid);
    write_surroundings(json, last->process);
}

}  // namespace touchstone
