import { openUserDatabase } from "./user-database.ts";
import { createUserStore } from "./user-store.ts";

// Run by user-store.test.ts: adds a user, then dies in the middle of a transaction that has already
// spilled changed pages to the disk.
const { db } = await openUserDatabase(process.argv[2]!);
createUserStore(db, () => new Date()).add({
  name: "Ada",
  surname: "Lind",
  email: "ada.lind@new.example",
  company: "New Works",
});
db.exec("PRAGMA cache_size = 5; BEGIN; UPDATE users SET name = 'torn', name_key = 'torn'");
process.kill(process.pid, "SIGKILL");
