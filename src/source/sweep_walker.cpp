#include "sweep_walker.hpp"

#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

constexpr unsigned kEntriesBetweenQuestions = 1024;
constexpr std::uint64_t kLarge = 1 << 20;  // bytes: reading it takes far longer than handing it over
constexpr unsigned kGivenAtOnce = 32;
constexpr unsigned kVisitsHeld = 16;  // well below the time that a finding needs to be saved

// A directory's size moves with its entries, and they are compared themselves; its ctime moves with its own attributes as well.
bool differs(const Glance& known, const Seen& seen) {
    return known.unreadable || known.type != seen.type || known.id != seen.id || known.ctime != seen.ctime ||
           (seen.type != FileType::directory && known.size != seen.size) || is_racy(known.ctime, known.looked_at);
}

// What was there is not, or something else is in its way.
bool is_gone(int error) { return error == ENOENT || error == ENOTDIR || error == ELOOP; }

Glance glance_of(const Observation& known) {
    Glance glance;
    glance.looked_at = known.looked_at;
    glance.unreadable = known.unreadable() != nullptr;
    const Attributes* seen = known.attributes();
    if (glance.unreadable && known.unreadable()->seen) seen = &*known.unreadable()->seen;
    if (seen == nullptr) return glance;
    glance.type = seen->type;
    glance.id = seen->id;
    glance.size = seen->size;
    glance.ctime = seen->ctime;
    return glance;
}

}  // namespace

const std::string& SweepWalker::entry_path(std::string_view name) {
    entry_path_.resize(base_);
    return entry_path_.append(name);
}

bool SweepWalker::ask_whether_to_go_on() {
    unasked_ = 0;
    if (!shared_.stop && shared_.hooks.keep_going && !shared_.hooks.keep_going()) {
        result_.cancelled = true;
        shared_.stop = true;
        shared_.queue.cancel();
    }
    return !shared_.stop;
}

bool SweepWalker::going_on() { return ++unasked_ < kEntriesBetweenQuestions ? !shared_.stop : ask_whether_to_go_on(); }

void SweepWalker::look(const SweepEntry& entry, bool directory) {
    ++result_.looks;
    if (look_.look) return look_.look(entry);
    const auto& request = shared_.request;
    if (shared_.hooks.wait_for_room) shared_.hooks.wait_for_room();
    Touch touch;
    touch.path = entry.path;
    touch.act = Act::look;
    touch.directory = directory;
    touch.actor = request.actor;
    touch.actor_unknown = request.actor_unknown;
    touch.wall = shared_.hooks.wall_now();
    touch.at = shared_.hooks.steady_now();
    touch.unwatched_since = request.unwatched_since;
    touch.verify_all = request.depth == SweepDepth::full;
    shared_.receiver.touch(std::move(touch));
}

// Whether others look at it: a large file, for the sake of what comes after it; and some names of this directory while somebody has nothing to do.
bool SweepWalker::hand_over(const Place& place, std::string_view name, const Seen& seen) {
    if (!look_.look || base_ == 0 || seen.type == FileType::directory) return false;
    const bool large = seen.type == FileType::regular && seen.size >= kLarge;
    if (!large && !given_ && !shared_.queue.is_short_of_work()) return false;
    if (!given_) {
        given_ = std::make_shared<Frame>();
        given_->parent = place.frame->parent;
        given_->name = place.frame->name;
    }
    given_->add(seen.type == FileType::regular ? Visit::file : Visit::entry, name);
    if (large || ++given_count_ == kGivenAtOnce) hand_over_rest();
    return true;
}

void SweepWalker::hand_over_rest() {
    given_count_ = 0;
    if (given_) shared_.queue.push(std::exchange(given_, nullptr));
}

bool SweepWalker::take(SweepQueue::Item& item) {
    if (!look_.pause) return shared_.queue.take(item);
    do {
        if (shared_.queue.take_at_once(item)) return true;
    } while (look_.pause());
    return shared_.queue.take(item);
}

Reach SweepWalker::reach_of(const Frame& frame, std::string_view name) {
    return frame.uniform ? Reach::watched : shared_.reach.of(*frame.view, entry_path(name));
}

Status SweepWalker::run() {
    SweepQueue::Item item;
    Status status;
    while (status && take(item)) {
        if (ask_whether_to_go_on()) status = visit(item);
        item.frame.reset();
        if (!status) {
            shared_.stop = true;
            shared_.queue.cancel();
        }
        shared_.queue.finished();
    }
    return status;
}

Status SweepWalker::run_unmet(const std::string& root) {
    for (std::string last;;) {
        auto next = known_->next_directory(root, last);
        if (!next) return fail(std::move(next.error()));
        if (!*next || !going_on()) return {};
        last = std::move(**next);
        const auto unmet = is_unmet(last, last == root);
        if (!unmet) return fail(unmet.error());
        if (!*unmet) continue;
        auto frame = std::make_shared<Frame>();
        frame->view = &shared_.reach.mount(0, last);
        frame->add(Visit::gone, last);
        shared_.queue.push(std::move(frame));
        if (auto status = run(); !status) return status;
    }
}

// What comes next in byte order is mostly below what came before. Returns -1 and leaves errno when it cannot be opened.
int SweepWalker::reach_place(const std::string& directory) {
    if (place_ && directory == place_path_) return place_.get();
    const bool below = place_ && is_within(directory, place_path_) && place_path_ != "/";
    Fd reached = below ? open_place(directory.substr(place_path_.size() + 1), place_.get()) : open_place(directory);
    if (!reached) return -1;
    place_ = std::move(reached);
    place_path_ = directory;
    return place_.get();
}

// One that is known to be a directory was met, be it by its absence; so was a root that is gone.
Result<bool> SweepWalker::is_unmet(const std::string& directory, bool root) {
    Seen seen;
    const auto [above, name] = split_path(directory);
    const int parent = reach_place(std::string(above));
    const int error = parent >= 0 ? see(parent, std::string(name).c_str(), true, seen) : errno;
    if (error == 0 ? seen.type == FileType::directory : root || !is_gone(error)) return false;
    const auto known = known_->find(directory);
    if (!known) return fail(known.error());
    return !*known || (*known)->absent() || glance_of(**known).type != FileType::directory;
}

Status SweepWalker::visit(const SweepQueue::Item& item) {
    if (held_for_++ % kVisitsHeld == 0) known_->hold();
    build_path(*item.frame, item.name, path_);
    entry_path_ = path_;
    if (entry_path_.back() != '/') entry_path_ += '/';
    base_ = entry_path_.size();
    switch (item.visit) {
        case Visit::root: return visit_root(item);
        case Visit::directory: return visit_directory(item);
        case Visit::gone: return visit_gone(item);
        case Visit::file: visit_entry(item, true); break;
        case Visit::entry: visit_entry(item, false);
    }
    return {};
}

// What was handed over may have gone meanwhile: the look will tell.
void SweepWalker::visit_entry(const SweepQueue::Item& item, bool regular) {
    if (entries_of_ != item.frame) entries_in_ = open_parent(path_);
    entries_of_ = item.frame;
    Seen seen;
    Fd opened;
    if (entries_in_ && meet(regular && look_.open ? &path_ : nullptr, entries_in_.get(), item.name.c_str(), false, seen, opened) == 0)
        look({path_, entries_in_.get(), item.name.c_str(), &seen.status, opened ? &opened : nullptr}, false);
    else
        look({path_}, false);
}

// The start of a walk is an entry too, but of a directory that is not walked: it alone is compared, under its whole path as its name.
Status SweepWalker::visit_root(const SweepQueue::Item& item) {
    base_ = 0;
    if (shared_.hooks.on_root) shared_.hooks.on_root(path_);
    auto found = known_->find(path_);
    if (!found) return fail(std::move(found.error()));
    std::optional<Glance> known;
    if (*found && !(*found)->absent()) known = glance_of(**found);

    const auto split = split_path(path_);
    const Fd parent = open_parent(path_);
    Seen seen;
    int error = errno;
    if (parent) error = see(parent.get(), path_ == "/" ? "" : std::string(split.name).c_str(), true, seen);

    Place place{std::string(split.directory), std::make_shared<Frame>(), parent.get()};
    place.frame->parent = item.frame;
    place.frame->mount = seen.mount;
    place.frame->view = &shared_.reach.mount(seen.mount, path_);
    const MountView& view = *place.frame->view;
    if (error == 0 && !view.entered && path_ != view.point) {
        result_.skipped.push_back(view.point + " (" + view.type + ")");  // the scope lies within what is not watched
    } else if (error == 0) {
        compare_seen(place, path_, reach_of(*place.frame, path_), seen, nullptr, known ? &*known : nullptr);
    } else if (is_gone(error)) {
        if (known) missing(place, path_, *known);
        if (!known || known->type != FileType::directory) place.frame->add(Visit::gone, path_);
        if (is_behind_link(path_)) result_.skipped.push_back(path_ + " (reached only through a symbolic link)");
    } else {
        unreadable(*place.frame, error);
    }
    shared_.queue.push(std::move(place.frame));
    return {};
}

std::shared_ptr<Frame> SweepWalker::frame_below(const SweepQueue::Item& item, int mount) {
    auto frame = std::make_shared<Frame>();
    frame->parent = item.frame;
    frame->name = item.name;
    frame->depth = item.frame->depth + 1;
    frame->anchor = item.frame->anchor;
    frame->mount = mount;
    frame->view = mount == item.frame->mount ? item.frame->view : &shared_.reach.mount(mount, path_);
    frame->uniform = (item.frame->uniform && frame->view == item.frame->view) || shared_.reach.uniform_below(*frame->view, path_);
    return frame;
}

Fd SweepWalker::open(const SweepQueue::Item& item) {
    if (item.frame->anchor == nullptr) return open_directory(path_);
    build_path_from_anchor(*item.frame, item.name, from_anchor_);
    return open_directory(from_anchor_, item.frame->anchor->held->get());
}

Status SweepWalker::visit_directory(const SweepQueue::Item& item) {
    Fd fd = open(item);
    if (!fd && is_gone(errno)) return visit_gone(item);
    Seen self;
    int error = fd ? see(fd.get(), "", true, self) : errno;
    if (error != 0) {
        unreadable(*item.frame, error);
        return {};
    }
    Place place{path_, frame_below(item, self.mount), fd.get()};
    if (!place.frame->view->entered) {  // mounted since the entry was seen
        result_.skipped.push_back(path_ + " (" + place.frame->view->type + ")");
        return visit_gone(item);
    }
    if (shared_.hooks.on_directory) shared_.hooks.on_directory(path_, fd.get());
    error = listing_.read(fd.get());
    if (error != 0) unreadable(*item.frame, error);
    ++result_.directories;
    auto status = compare(place);
    hand_over_rest();
    listing_.clear();
    shared_.queue.anchor(*place.frame, std::move(fd));
    shared_.queue.push(std::move(place.frame));
    return status;
}

Status SweepWalker::visit_gone(const SweepQueue::Item& item) {
    Place place{path_, frame_below(item, item.frame->mount), -1};
    listing_.clear();
    auto status = compare(place);
    shared_.queue.push(std::move(place.frame));
    return status;
}

// Both sides come in byte order, so one pass over each finds what is new, what is known and what is missing.
Status SweepWalker::compare(Place& place) {
    std::size_t next = 0;
    const auto status = known_->children(path_, [&](const Glance& known) {
        for (; next < listing_.size() && listing_.name(next) < known.name; ++next) {
            if (!going_on()) return false;
            compare_entry(place, next, nullptr);
        }
        if (!going_on()) return false;
        if (next < listing_.size() && listing_.name(next) == known.name)
            compare_entry(place, next++, &known);
        else
            missing(place, known.name, known);
        return true;
    });
    if (!status) return status;
    for (; next < listing_.size() && going_on(); ++next) compare_entry(place, next, nullptr);
    return {};
}

// `to_open`: the path of what is said to be a regular file, to be opened where whoever looks reads it. `opened` is the object that was seen then.
int SweepWalker::meet(const std::string* to_open, int directory, const char* name, bool cached, Seen& seen, Fd& opened) {
    if (to_open != nullptr) opened = look_.open(*to_open, directory, name);
    return opened ? see(opened.get(), "", cached, seen) : see(directory, name, cached, seen);
}

void SweepWalker::compare_entry(Place& place, std::size_t listed, const Glance* known) {
    const auto name = listing_.name(listed);
    const Reach reach = reach_of(*place.frame, name);
    if (reach == Reach::none) return;
    Seen seen;
    Fd opened;
    const bool to_open = reach == Reach::watched && look_.open && listing_.is_regular(listed);
    // Names of a listing end in NUL.
    const int error = meet(to_open ? &entry_path(name) : nullptr, place.fd, name.data(), !place.frame->view->remote, seen, opened);
    if (error == 0) return compare_seen(place, name, reach, seen, opened ? &opened : nullptr, known);
    if (is_gone(error)) {
        if (known != nullptr) missing(place, name, *known);
        return;
    }
    if (reach != Reach::watched) return;
    ++result_.failures;
    look({entry_path(name)}, known != nullptr && known->type == FileType::directory);
}

void SweepWalker::compare_seen(Place& place, std::string_view name, Reach reach, const Seen& seen, Fd* opened, const Glance* known) {
    const bool directory = seen.type == FileType::directory;
    if (reach == Reach::none) return;
    if (reach == Reach::watched) {
        ++result_.objects;
        if (!directory && seen.link_count > 1 && shared_.hooks.on_link)
            shared_.hooks.on_link(place.directory, std::string(base_ == 0 ? split_path(name).name : name), place.fd);
        const bool due = shared_.request.depth == SweepDepth::full || known == nullptr || differs(*known, seen) || is_wanted(name, seen);
        if (due && !hand_over(place, name, seen)) look({entry_path(name), base_ == 0 ? -1 : place.fd, name.data(), &seen.status, opened}, directory);
    }
    if (directory)
        enter(place, name, seen);
    else if (known != nullptr && known->type == FileType::directory)
        place.frame->add(Visit::gone, name);
}

bool SweepWalker::is_wanted(std::string_view name, const Seen& seen) {
    return shared_.hooks.is_wanted && seen.type == FileType::regular && shared_.hooks.is_wanted(entry_path(name), seen.size);
}

void SweepWalker::enter(Place& place, std::string_view name, const Seen& seen) {
    const MountView* view = place.frame->view;
    if (seen.mount != place.frame->mount) view = &shared_.reach.mount(seen.mount, entry_path(name));
    // What is known below it is hidden now: that is a change, whatever hides it.
    if (!view->entered) result_.skipped.push_back(entry_path(name) + " (" + view->type + ")");
    place.frame->add(view->entered ? Visit::directory : Visit::gone, name);
}

void SweepWalker::missing(Place& place, std::string_view name, const Glance& known) {
    const bool directory = known.type == FileType::directory;
    const Reach reach = reach_of(*place.frame, name);
    if (reach == Reach::watched) {
        ++result_.vanished;
        look({entry_path(name)}, directory);
    }
    if (directory && reach != Reach::none) place.frame->add(Visit::gone, name);
}

// The directory at path_, an entry of `above`.
void SweepWalker::unreadable(const Frame& above, int error) {
    ++result_.failures;
    if (above.uniform || shared_.reach.of(*above.view, path_) == Reach::watched)
        look({path_}, true);
    else
        result_.skipped.push_back(path_ + " (" + std::generic_category().message(error) + ")");
}

}  // namespace touchstone
