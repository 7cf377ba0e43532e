#include "touchstone/observe.hpp"

#include "examination.hpp"
#include "status.hpp"
#include "touchstone/fd.hpp"

namespace touchstone {
namespace {

// Type and identity, and what a sweep holds against them; nothing else.
Attributes presence_of(const Attributes& all) {
    Attributes made;
    made.type = all.type;
    made.id = all.id;
    made.size = all.size;
    made.mtime = all.mtime;
    made.ctime = all.ctime;
    return made;
}

// May what was read between the two be taken for one state of the object?
bool is_settled(const struct statx& before, const struct statx& after, Profile profile, bool last_attempt) {
    if (after.stx_nlink == 0 && !last_attempt) return false;  // removed meanwhile: the name may stand for another by now
    if (same_state(before, after)) return true;
    if (!same_object(before, after)) return false;
    // Entries come and go in a busy directory without end, and nothing that was read of it depends on them.
    if (S_ISDIR(before.stx_mode)) return last_attempt;
    // An append leaves the bytes below the old size alone, and the touch that it is will have the file looked at again.
    return profile == Profile::log && S_ISREG(before.stx_mode) && after.stx_size > before.stx_size;
}

// The watched name is not there, or what is there can only be reached through a symbolic link (ELOOP), which a watch never
// follows: the object that was watched no longer has this name.
bool means_absent(int error) { return error == ENOENT || error == ENOTDIR || error == ELOOP; }

}  // namespace

// By what the object is held.
struct Holding {
    int place = -1;                       // O_PATH will do
    int opened = -1;                      // for reading, if it is already
    const std::string* digest = nullptr;  // of its content, if that was read already
};

struct Observer::Impl {
    Hasher hasher;
    ContentReader reader;

    // Sets look and continuity; false when the object changed meanwhile.
    bool attempt(Observation& made, const LookOptions& options, bool last);
    bool attempt(Observation& made, const MetEntry& entry, const LookOptions& options);
    bool examine(Observation& made, const struct statx& before, const LookOptions& options, const Holding& held, bool last);
};

bool Observer::Impl::attempt(Observation& made, const LookOptions& options, bool last) {
    const auto opened = open_nofollow(made.path, 0);
    if (!opened) {
        const int error = opened.error().code;
        made.look = means_absent(error) ? Look(Absent{}) : Look(Unreadable{error, "open", std::nullopt});
        return true;
    }
    const auto before = status_of(opened->get());
    if (!before) {
        made.look = Unreadable{before.error().error, before.error().attempted, std::nullopt};
        return true;
    }
    return examine(made, *before, options, {opened->get()}, last);
}

// A regular file is opened for reading at once where its content is wanted, which has no effect on it; anything else only as a place.
bool Observer::Impl::attempt(Observation& made, const MetEntry& entry, const LookOptions& options) {
    if (entry.status == nullptr) return false;
    const bool to_read = S_ISREG(entry.status->stx_mode) && (options.profile == Profile::content || options.profile == Profile::log);
    if (to_read && entry.opened >= 0) return examine(made, *entry.status, options, {entry.opened, entry.opened, entry.digest}, false);
    if (entry.directory < 0) return false;
    const Fd opened = to_read ? open_entry(entry.directory, entry.name) : place_entry(entry.directory, entry.name);
    if (!opened) return false;
    const auto before = status_of(opened.get());
    if (!before || !same_object(*before, *entry.status)) return false;
    return examine(made, *before, options, {opened.get(), to_read ? opened.get() : -1}, false);
}

bool Observer::Impl::examine(Observation& made, const struct statx& before, const LookOptions& options, const Holding& held, bool last) {
    auto seen = attributes_of(before);
    if (options.on_object) options.on_object(seen.id);
    if (options.profile == Profile::presence) {
        made.look = presence_of(seen);
        return before.stx_nlink != 0 || last;
    }
    Examination examination(hasher, reader, options, held.digest, seen);
    auto done = held.opened >= 0 ? examination.run_opened(held.opened) : examination.run(held.place);
    const auto after = status_of(held.place);
    if (done && !after) done = tl::unexpected(after.error());
    if (done && !is_settled(before, *after, options.profile, last)) done = changing();
    if (!done) {
        seen.digest.clear();  // of no one state of the file
        seen.blocks.reset();
        made.look = Unreadable{done.error().error, done.error().attempted, std::move(seen)};
        return done.error().error != EBUSY;
    }
    made.look = std::move(seen);
    made.continuity = examination.continuity();
    made.measured = examination.measured();
    made.content = examination.content();
    return true;
}

Observer::Observer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Observer::Observer(Observer&&) noexcept = default;
Observer& Observer::operator=(Observer&&) noexcept = default;
Observer::~Observer() = default;

Result<Observer> Observer::make(DigestAlgorithm algorithm) {
    auto hasher = Hasher::make(algorithm);
    if (!hasher) return fail(std::move(hasher.error()));
    return Observer(std::unique_ptr<Impl>(new Impl{std::move(*hasher), ContentReader()}));
}

Observation Observer::look(const std::string& path, const LookOptions& options, WallTime now) {
    return look(path, MetEntry(), options, now);
}

Observation Observer::look(const std::string& path, const MetEntry& entry, const LookOptions& options, WallTime now) {
    Observation made;
    made.path = path;
    made.looked_at = now;  // also for later attempts: what changed since the first counts as changed since the look
    if (impl_->attempt(made, entry, options)) return made;
    for (int attempt = 1; attempt <= kAttempts; ++attempt)
        if (impl_->attempt(made, options, attempt == kAttempts)) break;
    return made;
}

}  // namespace touchstone
