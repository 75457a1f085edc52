/** What the portal's pages do beyond HTML. Every page works without this file, and nothing here writes HTML from a string. */

import { watchActivation } from "./activation";
import { followCall } from "./calls";
import { groupCodes } from "./codes";
import { announceIdle } from "./idle";
import { focusNotice, guardRepeats, hintCapsLock, revealPasswords } from "./forms";
import { openPanels } from "./panels";
import { watchQueue } from "./queue";
import { tellStrength } from "./passwords";
import { usePasskeys } from "./passkeys";
import { waitForPhone } from "./waiting";

revealPasswords(document);
hintCapsLock(document);
guardRepeats(document);
tellStrength(document);
groupCodes(document);
openPanels(document);
usePasskeys(document);
waitForPhone(document);
followCall(document);
watchActivation(document);
announceIdle(document);
watchQueue(document);
focusNotice(document);
