#include <sys/uio.h>
#include <systemd/sd-journal.h>

#include "journald_query.hpp"
#include "journald_socket.hpp"
#include "touchstone/sink.hpp"

namespace touchstone {
namespace {

class JournaldSink final : public EventSink {
public:
    const std::string& name() const override { return name_; }
    const Error& failure() const override { return failure_; }

    Result<Cursor> resume(const Cursor& cursor, std::span<const OutgoingEvent> owed) override {
        delivered_ = cursor.delivered;
        there_already_.clear();
        if (owed.empty()) return Cursor{delivered_, ""};
        // What a killed process sent may still lie in journald's socket. When this fails, there is no journald to have taken it.
        (void)synchronize_journal();
        there_already_ = sequences_in_journal(owed);
        for (const auto& event : owed) {
            if (there_already_.erase(event.sequence) == 0) break;
            delivered_ = event.sequence;
        }
        return Cursor{delivered_, ""};
    }

    std::size_t deliver(std::span<const OutgoingEvent> events) override {
        const auto socket = JournaldSocket::connect();
        if (!socket) {
            failure_ = socket.error();
            return 0;
        }
        std::size_t taken = 0;
        for (const auto& event : events) {
            if (there_already_.erase(event.sequence) == 0 && !send(*socket, event)) break;
            delivered_ = event.sequence;
            ++taken;
        }
        return taken;
    }

    // journald writes out by its own clock (SyncIntervalSec=, at once from CRIT on); a sync for each of our groups would cost all of the
    // host's logging.
    Result<Cursor> flush() override { return Cursor{delivered_, ""}; }

    Status reopen() override { return {}; }

private:
    bool send(const JournaldSocket& socket, const OutgoingEvent& event) {
        if (const auto room = socket.wait_for_room(); !room) {
            failure_ = room.error();
            return false;
        }
        std::vector<iovec> fields;
        fields.reserve(event.journal_fields.size());
        for (const auto& field : event.journal_fields) fields.push_back({const_cast<char*>(field.data()), field.size()});
        const int result = ::sd_journal_sendv(fields.data(), static_cast<int>(fields.size()));
        if (result < 0) failure_ = system_error("send to journald", -result);
        return result >= 0;
    }

    const std::string name_ = "journald";
    std::uint64_t delivered_ = 0;
    std::set<std::uint64_t> there_already_;  // of what was owed at resume(), behind the first that was not
    Error failure_;
};

}  // namespace

std::unique_ptr<EventSink> make_journald_sink() { return std::make_unique<JournaldSink>(); }

}  // namespace touchstone
