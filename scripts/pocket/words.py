"""The lexicon of the pocket corpus: entities with true attributes, word relations, names, and small text helpers.

Tables are plain text, one entity a line, columns split by ``|``. A name that starts with ``~`` is a mass noun
("~milk"), one that starts with ``+`` is always plural ("+scissors"); every other name is countable.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

OBJECTS = """
hammer|drive nails into wood|in a toolbox|steel and wood|heavy, with a flat head and a long handle|tool
screwdriver|turn screws|in a toolbox|steel with a plastic handle|long and thin with a narrow tip|tool
saw|cut wood|in a workshop|steel with a wooden handle|flat with a row of sharp teeth|tool
wrench|tighten nuts and bolts|in a garage|steel|long with an open jaw at one end|tool
drill|make holes in hard materials|in a workshop|metal and plastic|shaped a little like a toy pistol with a spinning tip|tool
ladder|climb up to high places|in a shed|wood or aluminium|tall, with two rails and many rungs|tool
shovel|dig and move soil|in a garden shed|steel with a wooden handle|long with a wide, curved blade|tool
rake|gather fallen leaves|in a garden shed|wood and metal|long with a row of teeth at the end|tool
spade|dig straight holes in the ground|in a garden shed|steel with a wooden handle|long with a flat blade|tool
axe|chop firewood|in a woodshed|steel and wood|short and heavy with a sharp edge|tool
tape measure|find out how long something is|in a toolbox|a strip of metal or cloth|a small case with a long strip inside|tool
chisel|shape wood or stone|in a workshop|steel with a wooden handle|short with a sharp, flat end|tool
file|smooth rough edges|in a toolbox|hard steel|long and flat with a rough surface|tool
wheelbarrow|carry heavy loads in the garden|in a garden|metal and rubber|a deep tray with one wheel and two handles|tool
watering can|water plants|in a garden|metal or plastic|a round pot with a handle and a long spout|tool
hose|bring water to the garden|beside an outdoor tap|rubber or plastic|a long, bendy tube|tool
bucket|carry water or sand|in a cupboard or shed|plastic or metal|round and deep with a handle on top|tool
paintbrush|spread paint|in an art room|wood and hair or plastic bristles|thin with soft bristles at one end|tool
rope|tie things together or pull heavy things|on a boat or in a garage|twisted fibres|long, thick and strong|tool
chain|hold or pull heavy things|in a garage|linked rings of metal|long, heavy and shiny|tool
nail|join pieces of wood|in a toolbox|steel|thin and pointed with a flat head|tool
screw|hold parts firmly together|in a toolbox|steel|small with a spiral thread|tool
torch|light the way in the dark|in a drawer or a backpack|plastic or metal|a small tube with a bright lamp at one end|tool
magnet|pick up things made of iron|on a fridge door or in a classroom|iron or special metal|often a small bar or a horseshoe shape|tool
compass|find out which way is north|in a hiker's pocket|metal, glass and a small magnet|round with a moving needle|tool
telescope|look at the moon and the stars|in an observatory|metal and glass lenses|a long tube with a lens at each end|tool
microscope|see things that are too small for the eye|in a laboratory|metal and glass lenses|a stand with a tube and a small table|tool
thermometer|measure how hot or cold something is|in a kitchen or a clinic|glass or plastic|thin with a scale of numbers|tool
scale|find out how heavy something is|in a kitchen or a shop|metal and plastic|flat with a small display|tool
+scissors|cut paper or cloth|in a desk drawer|steel and plastic|two blades that cross, with two round handles|tool
+pliers|grip and bend small things|in a toolbox|steel|two handles and a narrow jaw|tool
needle|sew cloth|in a sewing box|steel|very thin and sharp with a tiny hole|tool
~thread|sew cloth together|in a sewing box|cotton or silk|very thin and long|tool
~glue|stick things together|in a desk drawer|a sticky liquid|clear or white and sticky|tool
broom|sweep the floor|in a cupboard|wood and bristles|long with a brush at the end|household object
mop|clean a floor with water|in a cupboard|a stick with cotton strings|long with a wet, stringy head|household object
vacuum cleaner|suck dust from carpets|in a cupboard|plastic and metal|a small machine with a hose|household object
sponge|wash dishes and wipe tables|beside the sink|soft foam|soft, light and full of holes|household object
towel|dry yourself|in the bathroom|soft cotton|a thick piece of cloth|household object
~soap|wash your hands|in the bathroom|fats and oils|a small, smooth bar or a liquid|household object
~shampoo|wash your hair|in the bathroom|water and soap-like cleaners|a thick liquid in a bottle|household object
toothbrush|clean your teeth|in the bathroom|plastic|a small brush with a long handle|household object
~toothpaste|clean your teeth|in the bathroom|a mild cleaning paste|a soft paste in a tube|household object
comb|make your hair tidy|in the bathroom|plastic or wood|flat with a row of thin teeth|household object
mirror|see yourself|on a bathroom wall|glass with a thin layer of metal|flat and shiny|household object
lamp|give light in a room|on a desk or a table|metal, glass and cloth|a stand with a bulb and a shade|household object
candle|give a soft light|on a dinner table|wax and a string|a stick with a small flame on top|household object
clock|tell the time|on a wall|plastic, metal or wood|round with numbers and moving hands|household object
alarm clock|wake people up in the morning|beside a bed|plastic and metal|small with a loud bell|household object
pillow|rest your head|on a bed|cloth filled with soft feathers or foam|soft and square|household object
blanket|keep warm in bed|on a bed|wool or cotton|large, soft and warm|household object
mattress|sleep comfortably|on a bed|springs and foam|thick, large and soft|household object
curtain|keep out the light|at a window|cloth|long and hanging|household object
carpet|cover a floor|on the floor of a living room|wool or nylon|soft and flat|household object
key|open a lock|in a pocket or on a hook|metal|small with tiny teeth along one side|household object
lock|keep a door closed|on a door|metal|small and strong|household object
basket|carry shopping or fruit|in a kitchen|woven wood or plastic|round with a handle|household object
box|keep things together|on a shelf|cardboard or wood|square with a lid|household object
bottle|hold drinks|in the fridge|glass or plastic|tall with a narrow neck|household object
jar|keep jam or honey|on a pantry shelf|glass|round with a wide lid|household object
umbrella|keep dry in the rain|beside the front door|cloth and thin metal rods|a round roof on a stick that folds|household object
~string|tie small parcels|in a drawer|twisted cotton|long and thin|household object
battery|give power to small machines|inside a torch or a toy|metal and chemicals|a small, heavy tube|household object
light bulb|make light from electricity|in a lamp|glass and metal|round like a pear|household object
fan|move air and keep a room cool|on a table in summer|plastic and metal|round with spinning blades|household object
heater|make a room warm|in a cold room|metal|a box that gives off warm air|household object
iron|make clothes smooth|in a laundry room|metal and plastic|flat and hot underneath with a handle|household object
washing machine|wash clothes|in a laundry room|metal and plastic|a big box with a round door|household object
doorbell|tell people that a visitor has arrived|beside a front door|plastic and metal|a small button|household object
bin|hold rubbish|in a kitchen|plastic or metal|a deep container with a lid|household object
vase|hold flowers|on a table|glass or clay|tall and open at the top|household object
coat hanger|hang up clothes|in a wardrobe|wood, wire or plastic|a bent shape with a hook|household object
knife|cut food|in a kitchen drawer|steel|flat with a sharp edge and a handle|kitchen object
fork|pick up food|in a kitchen drawer|steel|long with three or four points|kitchen object
spoon|eat soup and stir drinks|in a kitchen drawer|steel or wood|long with a small bowl at one end|kitchen object
plate|serve food|in a kitchen cupboard|china or glass|flat and round|kitchen object
bowl|hold soup or cereal|in a kitchen cupboard|china or wood|round and deep|kitchen object
cup|drink tea or coffee|in a kitchen cupboard|china|small with a handle|kitchen object
mug|drink hot drinks|in a kitchen cupboard|thick clay|tall and thick with a handle|kitchen object
glass|drink water or juice|in a kitchen cupboard|glass|clear and smooth|kitchen object
kettle|boil water|on a kitchen counter|steel or plastic|round with a handle and a spout|kitchen object
teapot|make and pour tea|on a kitchen shelf|china or metal|round with a lid, a handle and a spout|kitchen object
frying pan|fry eggs and vegetables|on a stove|iron or steel|flat and round with a long handle|kitchen object
pot|cook soup or pasta|on a stove|steel|deep and round with a lid|kitchen object
oven|bake bread and cakes|in a kitchen|metal and glass|a hot box with a door|kitchen object
stove|heat pots and pans|in a kitchen|metal|flat on top with round hot plates|kitchen object
fridge|keep food cold|in a kitchen|metal and plastic|a tall, cold cupboard|kitchen object
freezer|keep food frozen|in a kitchen or a cellar|metal and plastic|a very cold box|kitchen object
toaster|make toast|on a kitchen counter|metal|a small box with two slots|kitchen object
whisk|beat eggs|in a kitchen drawer|wire|a handle with thin loops|kitchen object
grater|cut cheese into small pieces|in a kitchen drawer|metal|flat with many sharp holes|kitchen object
rolling pin|make dough flat|in a kitchen drawer|wood|a smooth round bar|kitchen object
cutting board|chop vegetables on|on a kitchen counter|wood or plastic|flat and strong|kitchen object
sieve|separate water from food|in a kitchen cupboard|wire and plastic|a bowl full of tiny holes|kitchen object
tin opener|open tins|in a kitchen drawer|metal|small with a sharp wheel|kitchen object
napkin|wipe your mouth and hands|on a dinner table|paper or cloth|a small square|kitchen object
lunch box|carry a meal to work or school|in a school bag|plastic|a small box with a tight lid|kitchen object
chair|sit on|beside a table|wood or metal|four legs, a seat and a back|piece of furniture
table|eat or work at|in a dining room|wood|a flat top on four legs|piece of furniture
sofa|sit and relax on|in a living room|a wooden frame and soft cushions|long, wide and soft|piece of furniture
bed|sleep in|in a bedroom|wood and a mattress|long and flat|piece of furniture
desk|write and study at|in an office|wood|a flat top with drawers|piece of furniture
shelf|keep books and small things on|on a wall|wood|a long, flat board|piece of furniture
bookcase|hold many books|in a library or a study|wood|tall with several shelves|piece of furniture
wardrobe|keep clothes in|in a bedroom|wood|tall with two doors|piece of furniture
drawer|keep small things in|in a desk|wood|a box that slides in and out|piece of furniture
cupboard|store dishes and food|in a kitchen|wood|a box with doors|piece of furniture
bench|let several people sit|in a park|wood or stone|long and narrow|piece of furniture
stool|sit on without a back rest|in a kitchen|wood|small with three legs|piece of furniture
armchair|sit comfortably|in a living room|wood and cushions|wide and soft with two arm rests|piece of furniture
cradle|rock a baby to sleep|in a nursery|wood|a small bed that swings|piece of furniture
coat|keep warm outdoors|in a wardrobe|wool|long with sleeves and buttons|piece of clothing
jacket|keep the wind out|on a hook by the door|cotton, leather or nylon|short with sleeves and a zip|piece of clothing
raincoat|stay dry in the rain|on a hook by the door|a waterproof cloth|long and smooth with a hood|piece of clothing
shirt|cover the upper body|in a wardrobe|cotton|light with a collar and buttons|piece of clothing
sweater|keep the upper body warm|in a drawer|wool|thick and soft with long sleeves|piece of clothing
scarf|keep your neck warm|on a hook|wool or silk|long and narrow|piece of clothing
hat|keep the sun or cold off your head|on a hook|straw, wool or felt|round, often with a brim|piece of clothing
cap|keep the sun out of your eyes|on a hook|cotton|round with a stiff peak|piece of clothing
glove|keep a hand warm|in a coat pocket|wool or leather|shaped like a hand with five fingers|piece of clothing
sock|keep a foot warm|in a drawer|cotton or wool|soft and shaped like a foot|piece of clothing
shoe|protect a foot when walking|near the front door|leather and rubber|with a sole and laces|piece of clothing
boot|keep a foot dry and warm|near the front door|leather or rubber|tall with a thick sole|piece of clothing
sandal|keep a foot cool in summer|near the front door|leather straps|open with thin straps|piece of clothing
slipper|keep a foot warm at home|beside a bed|soft cloth|soft and easy to pull on|piece of clothing
dress|dress up for a party or a warm day|in a wardrobe|cotton or silk|one long piece with a skirt|piece of clothing
skirt|cover the legs from the waist down|in a wardrobe|cotton or wool|loose and open at the bottom|piece of clothing
+trousers|cover both legs|in a wardrobe|cotton or wool|long with two legs and pockets|piece of clothing
+jeans|cover both legs and last a long time|in a wardrobe|strong blue cotton|blue with pockets|piece of clothing
+shorts|stay cool in hot weather|in a drawer|light cotton|short with two legs|piece of clothing
+pyjamas|sleep in|under a pillow|soft cotton|loose and comfortable|piece of clothing
+glasses|see more clearly|on your nose or in a case|glass or plastic lenses in a frame|two lenses with thin arms|piece of clothing
belt|hold up trousers|in a wardrobe|leather|long and thin with a buckle|piece of clothing
tie|look smart at work|in a wardrobe|silk|a long, narrow strip of cloth|piece of clothing
apron|keep clothes clean while cooking|in a kitchen|cotton|flat with strings at the back|piece of clothing
swimsuit|swim in|in a beach bag|stretchy nylon|tight and light|piece of clothing
uniform|show which team or job someone belongs to|at a school or workplace|strong cloth|the same for everyone in a group|piece of clothing
button|close a shirt or coat|on a shirt|plastic or shell|small and round with holes|piece of clothing
backpack|carry things on your back|in a hallway|strong nylon|a big bag with two straps|bag
suitcase|carry clothes on a trip|under a bed|plastic or leather|a large box with a handle and wheels|bag
purse|carry coins|in a handbag|leather|small with a clasp|bag
wallet|carry money and cards|in a pocket|leather|flat and folded|bag
handbag|carry small personal things|on a shoulder|leather|a small bag with a strap|bag
bicycle|travel without using fuel|on a bike path|a metal frame and rubber tyres|two wheels, a seat and handlebars|vehicle
car|drive people from place to place|on a road|steel, glass and rubber|four wheels, doors and windows|vehicle
bus|carry many people through a city|on a city street|steel and glass|long with many seats and windows|vehicle
train|carry people and goods on rails|at a railway station|steel|long with many carriages|vehicle
tram|carry people along city rails|in a city street|steel and glass|like a small train on the street|vehicle
truck|carry heavy goods|on a motorway|steel|large with a long loading area|vehicle
van|deliver parcels|on a city street|steel|like a tall box on four wheels|vehicle
taxi|take a passenger to an address for money|outside a station|steel and glass|a car with a sign on its roof|vehicle
motorcycle|travel fast on two wheels|on a road|steel and rubber|two wheels and a loud engine|vehicle
scooter|ride short distances|on a pavement|metal and plastic|a small board with wheels and a handle|vehicle
tractor|pull machines on a farm|in a field|steel and rubber|two huge wheels at the back|vehicle
ambulance|take sick people to hospital|outside a hospital|steel|a van with bright lights|vehicle
fire engine|bring firefighters to a fire|at a fire station|steel|big and red with a long ladder|vehicle
aeroplane|carry people through the air|at an airport|light metal|long with two wings and a tail|vehicle
helicopter|fly straight up and down|on a landing pad|light metal|small with spinning blades on top|vehicle
hot-air balloon|float slowly over the land|in the sky on calm mornings|cloth and a woven basket|huge, round and colorful|vehicle
rocket|travel into space|at a launch site|strong metal|tall, thin and pointed|vehicle
ship|carry people and goods across the sea|in a harbour|steel|very large with a pointed front|vehicle
boat|travel on water|on a lake|wood or plastic|small and curved underneath|vehicle
sailing boat|travel on water with the wind|in a harbour|wood or plastic|a boat with tall white sails|vehicle
canoe|paddle along a river|on a river|wood or plastic|long, narrow and light|vehicle
ferry|carry people and cars across water|in a harbour|steel|wide with a large deck|vehicle
submarine|travel under the sea|deep under the sea|thick steel|long and round like a tube|vehicle
raft|float on water|on a river|logs tied together|flat and simple|vehicle
sledge|slide over snow|on a snowy hill|wood|low with two smooth runners|vehicle
book|read stories or learn things|in a library|paper|many pages between two covers|school object
notebook|write notes|on a desk|paper|thin with empty pages|school object
pencil|write and draw|in a pencil case|wood and graphite|long, thin and pointed|school object
pen|write with ink|on a desk|plastic or metal|thin with a small point|school object
eraser|remove pencil marks|in a pencil case|rubber|small and soft|school object
ruler|draw straight lines and measure|in a pencil case|wood or plastic|long and flat with numbers|school object
~chalk|write on a blackboard|in a classroom|soft white stone|a short white stick|school object
map|find your way|in a car or a backpack|paper|a flat drawing of a place|school object
globe|see the whole earth as a ball|in a classroom|plastic or paper|round with seas and countries on it|school object
dictionary|find out what words mean|on a bookshelf|paper|a thick book of words in order|school object
calendar|keep track of days and months|on a kitchen wall|paper|a sheet with rows of numbered days|school object
envelope|send a letter|in a desk drawer|paper|flat with a flap that closes|school object
stamp|pay for sending a letter|on an envelope|paper|tiny with a picture|school object
letter|send a written message to someone|in a letter box|paper|a folded page of writing|school object
newspaper|read about what is happening|in a kiosk|thin paper|large pages with short reports|school object
computer|write, calculate and search for information|on a desk|metal, plastic and tiny circuits|a screen with a keyboard|machine
keyboard|type words into a computer|on a desk|plastic|flat with many small keys|machine
phone|talk to people far away|in a pocket|glass and metal|small and flat with a bright screen|machine
camera|take pictures|around a traveller's neck|metal, plastic and glass|a small box with a round lens|machine
radio|listen to music and news|in a kitchen or a car|plastic and metal|a box with a speaker|machine
television|watch films and shows|in a living room|glass and plastic|a large flat screen|machine
printer|put words and pictures on paper|in an office|plastic|a box that takes in paper|machine
calculator|do sums quickly|on a desk|plastic|small with number keys|machine
robot|do the same task many times without getting tired|in a factory|metal and wires|a machine with moving arms|machine
engine|make a car or machine move|inside a car|steel|a heavy block with moving parts|machine
elevator|carry people up and down in a building|in a tall building|steel|a small room that moves|machine
traffic light|tell drivers when to stop and go|at a crossing|metal and colored glass|a pole with red, yellow and green lamps|machine
ball|play games such as football|in a park|rubber or leather|round|toy
kite|fly in the wind|on a windy beach|thin cloth and sticks|light and colorful with a tail|toy
doll|play at caring for someone|in a child's room|cloth or plastic|like a tiny person|toy
puzzle|have fun fitting pieces together|on a table|cardboard|many small pieces that make a picture|toy
swing|move back and forth for fun|in a playground|ropes and a wooden seat|a seat that hangs from two ropes|toy
balloon|decorate a party|at a birthday party|thin rubber|round, light and colorful|toy
piano|play music with keys|in a concert hall|wood, metal and strings|large with black and white keys|instrument
guitar|play music with strings|on a stage|wood and strings|curved with a long neck and six strings|instrument
violin|play music with a bow|in an orchestra|wood and strings|small and curved with four strings|instrument
drum|keep the beat in music|in a band|wood and stretched skin|round and hollow|instrument
flute|play soft, high notes|in an orchestra|metal or wood|a thin tube with holes|instrument
trumpet|play loud, bright notes|in a band|brass|shiny with three buttons and a wide end|instrument
harp|play gentle music with many strings|in an orchestra|wood and strings|tall with many strings|instrument
bell|make a ringing sound as a signal|in a church tower|metal|shaped like a cup turned over|instrument
whistle|make a sharp sound as a signal|around a referee's neck|metal or plastic|tiny with a hole on top|instrument
tent|sleep outdoors|at a campsite|strong cloth and poles|a small house made of cloth|camping object
sleeping bag|keep warm when sleeping in a tent|in a tent|soft, padded cloth|a long, padded bag|camping object
fishing rod|catch fish|beside a lake|light wood or plastic|long and thin with a line|camping object
lantern|carry light around in the dark|at a campsite|metal and glass|a lamp with a handle on top|camping object
bandage|cover and protect a small wound|in a first aid box|soft cloth|a long white strip|medical object
helmet|protect your head|on a cyclist's head|hard plastic and foam|round and hard|safety object
ring|wear on a finger|on a finger|gold or silver|small and round|piece of jewellery
necklace|wear around the neck|around the neck|gold, silver or beads|a thin chain|piece of jewellery
watch|tell the time wherever you are|on a wrist|metal and glass|a tiny clock on a strap|piece of jewellery
coin|pay for small things|in a purse|metal|flat, round and small|kind of money
flag|show which country or team something belongs to|on a pole|cloth|a colorful piece of cloth|sign
fence|keep animals in a field|around a garden|wood or wire|a row of posts and boards|structure
gate|open and close a way through a fence|in a fence|wood or metal|a door in a fence|structure
door|close off a room|in a wall|wood|tall and flat with a handle|structure
window|let light into a room|in a wall|glass|flat and clear in a frame|structure
roof|keep rain out of a house|on top of a house|tiles and wood|sloping or flat|structure
chimney|let smoke out of a house|on a roof|bricks|a tall, narrow tower on a roof|structure
stair|go up to the next floor|in a house|wood or stone|a flat step above another|structure
bridge|cross a river or a road|over a river|stone, steel or wood|long and raised above the ground|structure
tunnel|travel through a hill or under the ground|under a mountain|rock and concrete|long, dark and round|structure
wall|divide or protect a space|around a house|bricks or stone|flat, tall and strong|structure
road|drive from one town to another|between towns|stones and asphalt|long, flat and grey|structure
lighthouse|warn ships about rocks at night|on a rocky coast|stone|a tall tower with a bright lamp|structure
windmill|use the wind to grind grain or make power|on a hill|wood and stone|tall with four big turning arms|structure
well|get water from under the ground|in an old village|stone|a deep, round hole with a wall|structure
dam|hold back the water of a river|across a river|concrete|a huge wall in a valley|structure
"""

ANIMALS = """
cat|mammal|in homes with people|fish and meat|soft fur, whiskers and a long tail|meows and purrs|kitten
dog|mammal|in homes with people|meat and dog food|fur, a wet nose and a wagging tail|barks|puppy
horse|mammal|on farms and in meadows|grass and hay|long legs and a flowing mane|can run very fast|foal
cow|mammal|on farms|grass|a big body and often brown or black patches|gives milk|calf
pig|mammal|on farms|vegetables and grain|a round body, pink skin and a curly tail|is cleverer than most people think|piglet
sheep|mammal|on farms and hills|grass|a thick coat of white wool|gives wool|lamb
goat|mammal|on farms and mountains|grass and leaves|horns and a short beard|climbs very well|kid
donkey|mammal|on farms|grass and hay|long ears and grey fur|carries heavy loads|foal
rabbit|mammal|in burrows under meadows|grass and vegetables|long ears and a short, fluffy tail|hops quickly|kit
hare|mammal|in open fields|grass and plants|very long ears and strong back legs|runs even faster than a rabbit|leveret
mouse|mammal|in fields and old houses|seeds and grain|a tiny body and a long, thin tail|squeaks|pup
rat|mammal|in cities and fields|almost anything|a long tail and sharp teeth|learns quickly|pup
hamster|mammal|in deserts and in cages as a pet|seeds and vegetables|a small, round body and big cheeks|carries food in its cheeks|pup
squirrel|mammal|in trees|nuts and seeds|a big, bushy tail|hides nuts for the winter|kit
hedgehog|mammal|in gardens and hedges|insects and worms|thousands of sharp spines|rolls into a ball when it is afraid|hoglet
mole|mammal|in tunnels under the ground|worms|black velvet fur and strong digging paws|can hardly see|pup
fox|mammal|in forests and fields|mice, birds and berries|red fur and a bushy tail with a white tip|is quick and clever|cub
wolf|mammal|in forests and mountains|deer and other animals|thick grey fur and strong jaws|howls and lives in a pack|pup
bear|mammal|in forests and mountains|berries, fish and honey|a large, heavy body and thick fur|sleeps through much of the winter|cub
deer|mammal|in forests|leaves and grass|slim legs and, on males, large antlers|runs away at the slightest sound|fawn
badger|mammal|in burrows in the forest|worms and roots|a black and white striped face|is active at night|cub
beaver|mammal|in rivers and lakes|bark and leaves|strong front teeth and a flat tail|builds dams from branches|kit
otter|mammal|in rivers and along coasts|fish|smooth brown fur and webbed feet|loves to play in water|pup
bat|mammal|in caves and attics|insects and fruit|wings made of skin|flies at night and finds its way by sound|pup
elephant|mammal|in Africa and Asia|grass, leaves and bark|a long trunk, big ears and thick grey skin|is the largest land animal|calf
lion|mammal|on the grasslands of Africa|zebras and antelopes|golden fur and, on males, a thick mane|roars and lives in a group called a pride|cub
tiger|mammal|in the forests of Asia|deer and wild pigs|orange fur with black stripes|is the largest of the big cats|cub
leopard|mammal|in Africa and Asia|antelopes and monkeys|yellow fur with dark spots|carries its food up into trees|cub
cheetah|mammal|on the plains of Africa|gazelles|a slim body and small black spots|is the fastest animal on land|cub
giraffe|mammal|on the grasslands of Africa|leaves from tall trees|a very long neck and brown patches|is the tallest animal on land|calf
zebra|mammal|on the grasslands of Africa|grass|black and white stripes|lives in large herds|foal
hippo|mammal|in rivers and lakes in Africa|grass|a huge round body and a wide mouth|spends the day in water|calf
rhino|mammal|in Africa and Asia|grass and leaves|thick grey skin and a horn on its nose|sees poorly but hears well|calf
camel|mammal|in deserts|dry grass and thorny plants|one or two humps on its back|can go many days without water|calf
monkey|mammal|in warm forests|fruit and leaves|clever hands and often a long tail|swings from tree to tree|infant
gorilla|mammal|in the forests of Africa|leaves and stems|a strong body and black fur|lives in peaceful family groups|infant
kangaroo|mammal|in Australia|grass|strong back legs and a pouch|hops and carries its young in a pouch|joey
koala|mammal|in the trees of Australia|eucalyptus leaves|grey fur and round, fluffy ears|sleeps most of the day|joey
panda|mammal|in the mountains of China|bamboo|black and white fur|eats for half of the day|cub
polar bear|mammal|in the Arctic|seals|thick white fur|swims very well in icy water|cub
seal|mammal|along cold coasts|fish|a smooth body and flippers|is clumsy on land but quick in water|pup
walrus|mammal|in the Arctic|shellfish|two long tusks and thick whiskers|rests on the ice in large groups|calf
dolphin|mammal|in the sea|fish and squid|a smooth grey body and a curved fin|is clever and jumps out of the water|calf
whale|mammal|in the sea|tiny sea animals or fish|an enormous body and a wide tail|must come up to breathe air|calf
chicken|bird|on farms|grain and worms|feathers and a red comb|lays eggs|chick
duck|bird|on ponds and lakes|water plants and insects|webbed feet and a flat beak|quacks and swims|duckling
goose|bird|on farms and lakes|grass|a long neck and white or grey feathers|honks loudly|gosling
swan|bird|on lakes and rivers|water plants|white feathers and a long, curved neck|often stays with one partner for life|cygnet
turkey|bird|on farms and in forests|seeds and insects|a bald head and a wide tail|gobbles|poult
owl|bird|in forests and old barns|mice|big round eyes and soft feathers|hunts at night without a sound|owlet
eagle|bird|in mountains|fish and small animals|wide wings and a hooked beak|sees very far|eaglet
sparrow|bird|in gardens and towns|seeds|a small body and brown feathers|chirps in small groups|chick
robin|bird|in gardens and woods|worms and insects|a red breast|sings even in winter|chick
crow|bird|in fields and towns|almost anything|shiny black feathers|is one of the cleverest birds|chick
pigeon|bird|in cities|seeds and crumbs|grey feathers and a small head|finds its way home from far away|squab
parrot|bird|in warm forests|fruit and seeds|bright green, red or blue feathers|can copy words|chick
peacock|bird|in parks and gardens|seeds and insects|a huge tail with shining blue and green feathers|spreads its tail like a fan|peachick
penguin|bird|on cold southern coasts|fish|black and white feathers and short wings|cannot fly but swims very well|chick
ostrich|bird|on the plains of Africa|plants and seeds|long legs and a long neck|cannot fly but is the largest bird|chick
flamingo|bird|in shallow lakes|tiny shrimps and algae|pink feathers and very long legs|often stands on one leg|chick
stork|bird|on roofs and near wet meadows|frogs and insects|white feathers, a long red beak and long legs|flies south for the winter|chick
woodpecker|bird|in forests|insects under the bark|a strong, pointed beak|knocks holes in trees|chick
seagull|bird|by the sea|fish and scraps|white and grey feathers|cries loudly over harbours|chick
frog|amphibian|in ponds|insects|smooth, wet skin and long back legs|croaks and jumps|tadpole
toad|amphibian|in gardens and forests|insects and slugs|dry, bumpy skin|comes out in the evening|tadpole
snake|reptile|in warm, dry places|mice and eggs|a long body without legs|moves by bending its body|hatchling
lizard|reptile|on warm rocks|insects|dry scales and a long tail|can lose its tail to escape|hatchling
crocodile|reptile|in warm rivers|fish and large animals|a long mouth full of teeth|lies still and waits in the water|hatchling
tortoise|reptile|on dry land|leaves and grass|a hard, round shell|moves slowly and can live very long|hatchling
turtle|reptile|in the sea|jellyfish and sea plants|a flat shell and flippers|lays its eggs on beaches|hatchling
goldfish|fish|in ponds and bowls|small flakes and plants|shiny orange scales|swims in circles in its bowl|fry
shark|fish|in the sea|fish and seals|a pointed fin and rows of sharp teeth|can smell food from far away|pup
salmon|fish|in rivers and the sea|small fish and insects|silver scales|swims up rivers to lay its eggs|fry
trout|fish|in cold streams|insects and small fish|brown scales with spots|hides behind stones|fry
bee|insect|in hives|nectar and pollen|black and yellow stripes and tiny wings|makes honey|larva
wasp|insect|in paper nests|fruit and other insects|a thin waist and yellow stripes|can sting several times|larva
ant|insect|in nests under the ground|seeds and sweet things|a tiny body with six legs|can carry things heavier than itself|larva
butterfly|insect|in gardens and meadows|nectar|four colorful wings|begins its life as a caterpillar|caterpillar
ladybird|insect|on leaves|tiny plant lice|red wings with black spots|helps gardeners|larva
grasshopper|insect|in meadows|grass|long, strong back legs|jumps far and chirps|nymph
fly|insect|almost everywhere|sweet liquids and scraps|two clear wings and big eyes|buzzes around food|maggot
mosquito|insect|near still water|nectar and, for females, blood|long, thin legs|hums at night|larva
dragonfly|insect|near ponds|other insects|four long, clear wings|can fly backwards|nymph
spider|arachnid|in corners and gardens|insects|eight thin legs|spins a web|spiderling
snail|mollusc|in gardens|leaves|a spiral shell and two long feelers|moves very slowly|hatchling
octopus|mollusc|in the sea|crabs|eight long arms|can change its color|larva
crab|crustacean|on beaches and in the sea|algae and small animals|a hard shell and two claws|walks sideways|larva
lobster|crustacean|on the sea floor|crabs and small fish|a long shell and two big claws|turns red when it is cooked|larva
earthworm|worm|in soil|dead leaves|a soft, long body without legs|makes the soil better for plants|hatchling
"""

FOODS = """
apple|fruit|red, green or yellow|sweet and a little sour|eaten fresh or baked in a pie|on trees
pear|fruit|green or yellow|sweet and juicy|eaten fresh|on trees
banana|fruit|yellow|sweet and soft|eaten fresh or mashed|on tall tropical plants
orange|fruit|orange|sweet and sour|eaten fresh or pressed into juice|on trees in warm countries
lemon|fruit|yellow|very sour|squeezed over fish or into tea|on trees in warm countries
lime|fruit|green|sour|squeezed into drinks|on trees in warm countries
cherry|fruit|red|sweet|eaten fresh or made into jam|on trees
plum|fruit|purple|sweet and juicy|eaten fresh or baked in a cake|on trees
peach|fruit|orange and pink|sweet and juicy|eaten fresh|on trees
apricot|fruit|orange|sweet|eaten fresh or dried|on trees
grape|fruit|green or purple|sweet|eaten fresh or made into juice|on vines
strawberry|fruit|red|sweet|eaten with cream or made into jam|on small plants near the ground
raspberry|fruit|red|sweet and a little sour|eaten fresh or made into jam|on bushes
blueberry|fruit|blue|sweet|baked in muffins|on bushes
melon|fruit|green or yellow|sweet and watery|eaten cold in slices|on the ground on long vines
watermelon|fruit|green outside and red inside|sweet and watery|eaten cold in slices|on the ground on long vines
pineapple|fruit|brown outside and yellow inside|sweet and sour|eaten fresh or put on a cake|on low plants in hot countries
coconut|fruit|brown outside and white inside|mild and nutty|grated into cakes or pressed for milk|on palm trees
mango|fruit|orange inside|very sweet|eaten fresh|on trees in hot countries
kiwi|fruit|brown outside and green inside|sweet and sour|eaten with a spoon|on vines
tomato|vegetable|red|fresh and a little sweet|used in salads and sauces|on tall plants
cucumber|vegetable|green|fresh and watery|sliced into salads|on vines
carrot|vegetable|orange|sweet and crunchy|eaten raw or cooked in soup|under the ground
potato|vegetable|brown outside and pale inside|mild|boiled, baked or fried|under the ground
onion|vegetable|brown, white or red|sharp, and sweet when cooked|fried as the start of many dishes|in the ground
leek|vegetable|green and white|mild and a little like onion|cooked in soup|in the ground
cabbage|vegetable|green or purple|mild|cooked or eaten as a salad|on the ground as a round head
lettuce|vegetable|green|fresh and mild|used in salads|on the ground as a leafy head
pumpkin|vegetable|orange|sweet and mild|cooked in soup|on the ground on long vines
pepper|vegetable|red, yellow or green|sweet and fresh|eaten raw or roasted|on bushy plants
pea|vegetable|green|sweet|boiled and served with other dishes|in pods
bean|vegetable|green, white or red|mild|cooked in stews|in pods
radish|vegetable|red outside and white inside|sharp|sliced into salads|under the ground
beetroot|vegetable|dark red|sweet and earthy|boiled or pickled|under the ground
~spinach|vegetable|dark green|mild and earthy|cooked or eaten as a salad|as leaves close to the ground
~garlic|vegetable|white|very strong|used to give dishes more taste|under the ground
~broccoli|vegetable|green|mild|boiled or steamed|on strong stems
mushroom|fungus|white or brown|mild and earthy|fried or put in soup|in dark, damp places
~bread|baked food|brown or white|mild|made into sandwiches|
cake|baked food|yellow or brown|sweet|served at birthdays|
biscuit|baked food|golden|sweet and crisp|eaten with tea|
pancake|fried food|golden|mild|eaten with sugar or syrup|
pie|baked food|golden|sweet or savoury|filled with fruit or meat|
muffin|baked food|golden|sweet|eaten for breakfast|
pizza|baked food|red and yellow|salty and rich|topped with tomato and cheese|
sandwich|cold meal|many colors|savoury|taken along for lunch|
~pasta|grain food|pale yellow|mild|boiled and served with sauce|
~rice|grain|white or brown|mild|boiled and served with vegetables|in wet fields
~porridge|hot breakfast|pale|mild and creamy|made from oats and milk|
~soup|hot dish|many colors|savoury|eaten with a spoon and bread|
salad|cold dish|green|fresh|served beside other dishes|
omelette|egg dish|yellow|savoury|made from beaten eggs|
~cheese|dairy food|yellow or white|salty|put on bread|
~butter|dairy food|pale yellow|rich and creamy|spread on bread|
~yoghurt|dairy food|white|fresh and a little sour|eaten with fruit|
~cream|dairy food|white|rich|whipped and put on desserts|
~ice cream|frozen dessert|many colors|sweet and cold|eaten on hot days|
~milk|drink|white|mild|drunk cold or put in coffee|
~water|drink|clear|fresh|drunk when people are thirsty|
~tea|drink|brown or green|slightly bitter|drunk hot|on bushes, as leaves
~coffee|drink|dark brown|bitter|drunk in the morning|on bushes, as beans
~lemonade|drink|pale yellow|sweet and sour|drunk cold in summer|
~hot chocolate|drink|brown|sweet|drunk on cold days|
~juice|drink|many colors|sweet|drunk at breakfast|
~honey|sweet food|golden|very sweet|spread on bread or stirred into tea|
~jam|sweet food|red or orange|sweet|spread on bread|
~sugar|sweet food|white|very sweet|stirred into drinks and cakes|
~chocolate|sweet food|brown or white|sweet|eaten as a treat|
~salt|seasoning|white|salty|added to many dishes|
~flour|baking ingredient|white|mild|used to make bread and cakes|
~oil|cooking ingredient|golden|mild|used for frying|
egg|protein food|white or brown outside|mild|boiled, fried or baked in cakes|
~cinnamon|spice|brown|warm and sweet|added to apple cake|as the bark of a tree
~ginger|spice|pale yellow|hot and fresh|added to tea and biscuits|under the ground
~basil|herb|green|fresh and sweet|put on tomatoes|in pots and gardens
~mint|herb|green|cool and fresh|used in tea|in gardens
~parsley|herb|green|fresh|sprinkled over soup|in gardens
walnut|nut|brown|rich and slightly bitter|baked in cakes|on trees
almond|nut|brown|mild and sweet|eaten as a snack|on trees
hazelnut|nut|brown|sweet and nutty|used in chocolate|on bushes
"""

JOBS = """
baker|bakes bread and cakes|in a bakery|an oven and flour
butcher|cuts and sells meat|in a butcher's shop|sharp knives
farmer|grows crops and keeps animals|on a farm|a tractor
gardener|looks after plants|in gardens and parks|a spade and a rake
teacher|helps students learn|in a school|books and a board
doctor|helps sick people get well|in a clinic or hospital|a stethoscope
nurse|cares for patients|in a hospital|bandages and medicine
dentist|looks after teeth|in a dental practice|a small mirror and a drill
vet|treats sick animals|in an animal clinic|medicine and gentle hands
pharmacist|prepares and sells medicine|in a pharmacy|scales and bottles
firefighter|puts out fires and rescues people|at a fire station|hoses and ladders
police officer|keeps people safe and enforces the law|in a town|a radio and a patrol car
postal worker|delivers letters and parcels|in a town or village|a bag and a bicycle
bus driver|drives passengers along a route|in a city|a bus
pilot|flies aeroplanes|in the air and at airports|an aeroplane
sailor|works on a ship|at sea|ropes and maps
fisher|catches fish|at sea or on lakes|nets and a boat
carpenter|makes things out of wood|in a workshop|a saw and a hammer
plumber|repairs water pipes|in houses|a wrench
electrician|installs and repairs electric wiring|in buildings|wires and pliers
mechanic|repairs cars and machines|in a garage|wrenches and other tools
builder|builds houses|on a building site|bricks and cement
painter|paints walls or pictures|in houses or a studio|brushes and paint
architect|plans and draws buildings|in an office|drawings and a computer
engineer|designs machines and structures|in an office or a factory|a computer and careful sums
tailor|makes and alters clothes|in a tailor's shop|a needle and thread
shoemaker|makes and repairs shoes|in a small workshop|leather and glue
hairdresser|cuts and styles hair|in a salon|scissors and a comb
cook|prepares meals|in a restaurant kitchen|pots and pans
waiter|serves food and drinks|in a restaurant|a tray
cashier|takes payments from customers|in a shop|a till
shopkeeper|runs a shop|in a shop|shelves and a till
librarian|helps people find books|in a library|a catalogue of books
writer|writes books or articles|at a desk|a pen or a computer
journalist|finds out and reports the news|at a newspaper|a notebook and a camera
photographer|takes pictures|in a studio or outdoors|a camera
musician|plays music|on a stage|an instrument
actor|plays roles in films or plays|in a theatre|a script
dancer|dances for an audience|in a theatre|dancing shoes
judge|decides cases in court|in a courtroom|the law
lawyer|gives advice about the law|in an office|law books
scientist|studies how things work|in a laboratory|experiments and measurements
astronaut|travels into space|in a spacecraft|a space suit
programmer|writes instructions for computers|in an office or at home|a computer
cleaner|keeps buildings clean|in offices and homes|a mop and a bucket
lifeguard|watches over swimmers|at a beach or pool|a whistle and a float
miner|digs coal or metal out of the ground|in a mine|a lamp and machines
beekeeper|keeps bees and collects honey|near beehives|a veil and a smoker
tour guide|shows visitors around|in museums and cities|maps and good stories
accountant|keeps records of money|in an office|tables and a calculator
receptionist|welcomes visitors and answers calls|at a front desk|a phone
shepherd|looks after sheep|in the hills|a dog and a long stick
potter|makes bowls and cups from clay|in a studio|a wheel and a kiln
florist|arranges and sells flowers|in a flower shop|scissors and ribbons
translator|turns text from one language into another|in an office|dictionaries
"""

PLACES = """
library|borrow and read books|quiet rooms with many shelves
school|learn|classrooms, desks and a playground
university|study a subject in depth|lecture halls and laboratories
hospital|get treatment when they are ill|beds, doctors and nurses
pharmacy|buy medicine|shelves with medicines and creams
museum|look at art or old objects|large rooms with things on display
theatre|watch plays|a stage and rows of seats
cinema|watch films|a big screen and soft seats
park|walk, play and rest|trees, paths and benches
playground|play|swings, slides and sand
zoo|see animals from many countries|enclosures with animals
farm|grow food and keep animals|fields, barns and tractors
market|buy fresh food|many stalls with fruit and vegetables
supermarket|buy groceries|long shelves and shopping trolleys
bakery|buy bread and cakes|an oven and the smell of fresh bread
restaurant|eat a meal|tables, menus and a kitchen
café|drink coffee and talk|small tables and cups
bank|keep and borrow money|counters and a safe
post office|send letters and parcels|counters, stamps and scales
railway station|catch a train|platforms, tracks and timetables
airport|catch a flight|runways, gates and aeroplanes
harbour|load ships and keep boats safe|boats, ropes and seagulls
hotel|stay overnight when travelling|many rooms with beds
campsite|sleep in tents|grass, tents and campfires
beach|swim and lie in the sun|sand, waves and shells
swimming pool|swim|clear water and lanes
stadium|watch sports|a field and thousands of seats
gym|exercise|weights and mats
office|work at desks|desks, computers and meeting rooms
factory|make goods with machines|machines and workers
workshop|build and repair things|tools and benches
laboratory|do experiments|glass tubes and microscopes
garage|park or repair a car|cars and tools
church|pray and celebrate|a tall tower and colored windows
castle|learn how kings and knights lived|thick walls and towers
town hall|meet the local council|offices and a large hall
court|have legal cases decided|a judge and rows of benches
fire station|keep fire engines ready|fire engines and hoses
police station|report a crime|officers and desks
kitchen|cook|a stove, a sink and cupboards
bedroom|sleep|a bed and a wardrobe
bathroom|wash|a shower, a sink and a mirror
living room|relax together|a sofa and a lamp
cellar|store things in a cool place|shelves, boxes and dark corners
attic|store old things under the roof|old boxes and dust
garden|grow flowers and vegetables|flower beds and grass
greenhouse|grow plants in warm air|glass walls and rows of pots
bookshop|buy books|tables and shelves full of books
laundry|wash clothes|washing machines and baskets
bus stop|wait for the bus|a sign, a bench and a timetable
"""

NATURE = """
river|a long stream of fresh water that flows towards the sea or a lake|flows all the time
lake|a large area of still water with land all around it|does not flow like a river
pond|a small area of still water|is often home to frogs and ducks
stream|a small, narrow river|often begins at a spring in the hills
ocean|a very large area of salt water|covers a great part of the earth
sea|a large area of salt water|is smaller than an ocean
waterfall|a place where a river drops over a steep edge|makes a loud, rushing sound
spring|a place where water comes out of the ground|is often the start of a stream
island|a piece of land with water all around it|can be reached by boat or bridge
beach|a strip of sand or stones beside the sea|is made and moved by waves
coast|the land beside the sea|is shaped by wind and waves
cliff|a high, steep wall of rock|is dangerous to stand close to
mountain|a very high piece of land with steep sides|is higher and steeper than a hill
hill|a raised piece of land that is lower than a mountain|is easy to climb
valley|the low land between hills or mountains|often has a river at the bottom
cave|a hollow space in rock or under the ground|is dark and cool all year
volcano|a mountain that can push out hot melted rock|may sleep for hundreds of years
desert|a very dry area where little rain falls|can be hot by day and cold at night
forest|a large area covered with trees|is home to many animals and plants
jungle|a thick, hot and wet forest|is full of plants and insects
meadow|a field of grass and wild flowers|is full of bees in summer
swamp|soft, wet land with water between the plants|is hard to walk through
glacier|a huge mass of ice that moves very slowly|forms where snow never melts completely
iceberg|a large piece of ice that floats in the sea|is mostly hidden under the water
tree|a tall plant with a wooden trunk and branches|can live for many years
bush|a plant with many woody stems and no single trunk|is lower than a tree
flower|the colorful part of a plant that makes seeds|attracts bees and other insects
leaf|the flat, green part of a plant|uses sunlight to make food
root|the part of a plant that grows in the soil|takes up water and holds the plant firmly
seed|a small part of a plant that can grow into a new plant|needs water and warmth to start growing
branch|an arm of a tree that grows from the trunk|carries leaves and fruit
stone|a small piece of rock|is hard and heavy
rock|the hard material that the earth is made of|wears down very slowly
sand dune|a hill of sand made by the wind|slowly moves with the wind
star|a huge, hot ball of gas that shines in the sky|looks small because it is very far away
planet|a large round body that moves around a star|does not make its own light
moon|the round body that moves around the earth|shines because it reflects sunlight
comet|a ball of ice and dust that travels around the sun|often has a long, bright tail
cloud|a mass of tiny water drops in the sky|can bring rain or snow
shadow|a dark shape where light is blocked|is longest in the morning and the evening
echo|a sound that comes back from a wall or a mountain|is easy to hear in an empty hall
wave|a moving ridge of water|is usually made by the wind
"""

WEATHER = """
~rain|drops of water that fall from clouds|take an umbrella or a raincoat|rainy
~snow|soft white flakes of ice that fall from clouds|wear a warm coat and boots|snowy
~hail|small balls of ice that fall from storm clouds|stay indoors until it stops|stormy
~fog|a thick cloud close to the ground|drive slowly and turn on the lights|foggy
~mist|thin fog that often appears in the morning|wait a little, because it often clears|misty
~wind|air that moves|wear a jacket and hold on to your hat|windy
~sunshine|light and warmth that come directly from the sun|wear a hat and drink water|sunny
~frost|a thin layer of ice that forms on cold nights|walk carefully and wear gloves|frosty
~ice|water that has frozen solid|walk slowly with good shoes|icy
~thunder|the loud sound that follows lightning|go indoors|stormy
~lightning|a bright flash of electricity in the sky|stay away from tall trees|stormy
storm|very bad weather with strong wind and rain|stay indoors and close the windows|stormy
breeze|a light, gentle wind|enjoy a walk or fly a kite|breezy
heatwave|a long period of very hot weather|drink a lot of water and rest in the shade|hot
drought|a long period without rain|save water|dry
flood|a lot of water that covers land that is usually dry|move to higher ground|wet
rainbow|an arch of colors made by sunlight and raindrops|look for it opposite the sun|showery
"""

MATERIALS = """
wood|hard, light and easy to cut|furniture, houses and paper|trees
glass|clear, hard and easy to break|windows, bottles and lenses|melted sand
steel|very strong and hard|bridges, tools and cars|iron
iron|strong and heavy|gates, pans and machines|ore from the ground
gold|shiny, yellow and soft for a metal|rings, coins and electronics|the ground
silver|shiny and grey-white|jewellery, spoons and mirrors|the ground
copper|reddish and good at carrying electricity|wires and pipes|the ground
aluminium|light and silvery|cans, ladders and aeroplanes|ore from the ground
plastic|light, cheap and easy to shape|bottles, toys and bags|mostly oil
rubber|soft, bendy and waterproof|tyres, boots and balls|the sap of rubber trees or oil
leather|strong and bendy|shoes, belts and bags|the skin of animals
wool|soft and warm|sweaters, scarves and blankets|sheep
cotton|soft and light|shirts, sheets and towels|the cotton plant
silk|smooth and shiny|ties, scarves and dresses|silkworms
linen|cool and strong|shirts, tablecloths and towels|the flax plant
paper|thin and light|books, letters and bags|wood
cardboard|light and stiff|boxes and packages|wood
clay|soft when wet and hard when baked|pots, bricks and tiles|the ground
stone|hard, heavy and long-lasting|walls, roads and statues|the ground
concrete|hard and strong|buildings, bridges and dams|cement, sand, stones and water
wax|soft when warm and waterproof|candles and polish|bees or oil
cork|light, soft and able to float|bottle stoppers and boards|the bark of the cork oak
"""

SPORTS = """
football|two teams try to kick a ball into a goal|a ball and two goals
tennis|players hit a ball over a net with rackets|a racket, a ball and a net
basketball|two teams try to throw a ball through a high ring|a ball and two baskets
volleyball|two teams hit a ball over a high net with their hands|a ball and a net
swimming|people move through water with their arms and legs|a pool and a swimsuit
cycling|people ride bicycles|a bicycle and a helmet
running|people move fast on foot|good shoes
skiing|people slide down snowy slopes|two skis and two poles
skating|people glide over ice|a pair of skates
hiking|people take long walks in nature|strong shoes and a backpack
rowing|people move a boat with oars|a boat and oars
climbing|people go up rocks or walls|a rope and a helmet
chess|two players move pieces on a board and try to trap the king|a board and thirty-two pieces
golf|players hit a small ball into holes with as few strokes as possible|clubs and a ball
yoga|people stretch, balance and breathe calmly|a mat
judo|two people try to throw each other to the mat|a mat and a white suit
table tennis|players hit a light ball over a small net on a table|two bats, a ball and a table
sailing|people move a boat with the wind|a boat with sails
badminton|players hit a feathered shuttlecock over a net|two rackets and a shuttlecock
"""

BODY = """
eye|see|two on the face
ear|hear|one on each side of the head
nose|smell and breathe|in the middle of the face
mouth|eat and speak|in the lower part of the face
tongue|taste and speak|in the mouth
tooth|bite and chew food|in the mouth
hand|hold and touch things|at the end of an arm
finger|touch and point|on a hand
arm|lift and reach things|between the shoulder and the hand
leg|stand and walk|below the hips
foot|stand and walk|at the end of a leg
knee|bend the leg|in the middle of a leg
elbow|bend the arm|in the middle of an arm
neck|hold and turn the head|between the head and the shoulders
heart|pump blood through the body|in the chest
lung|breathe|in the chest
stomach|break down food|in the belly
brain|think, feel and control the body|inside the head
bone|support the body|under the skin and muscles
muscle|move the body|all over the body
"""

EMOTIONS = """
happy|feeling pleasure because something good has happened|getting good news|cheerful|sad
sad|feeling unhappy because something is lost or wrong|saying goodbye to a friend|unhappy|happy
angry|feeling strongly that something is unfair or wrong|being treated unfairly|cross|calm
afraid|feeling that something dangerous may happen|hearing a strange noise at night|scared|brave
nervous|feeling worried about something that is about to happen|waiting for an exam|anxious|calm
excited|looking forward to something very much|leaving for a holiday|thrilled|bored
bored|having nothing interesting to do|waiting for a long time|uninterested|excited
tired|needing rest or sleep|working late|weary|awake
proud|being pleased with something you have done|finishing a hard task|pleased|ashamed
lonely|being sad because you are without company|moving to a new town|alone|popular
jealous|wanting what someone else has|seeing a friend get a prize|envious|content
surprised|noticing something you did not expect|finding a gift on the table|amazed|unsurprised
grateful|wanting to thank someone|getting help from a neighbour|thankful|ungrateful
curious|wanting to know more about something|finding an old map|interested|indifferent
calm|being quiet and not worried|sitting by a lake|peaceful|nervous
confused|not understanding what is happening|reading unclear instructions|puzzled|certain
disappointed|being sad because something was not as good as you hoped|losing a close game|let down|satisfied
hopeful|believing that something good may happen|applying for a new job|optimistic|hopeless
embarrassed|feeling shy or silly in front of others|forgetting someone's name|ashamed|confident
relieved|being glad because a worry is over|finding a lost wallet|reassured|worried
worried|thinking that something bad may happen|a friend being late|concerned|relaxed
stressed|having too much to do or think about|having many tasks and little time|tense|relaxed
"""

ANTONYMS = """big:small hot:cold tall:short long:short wide:narrow thick:thin heavy:light fast:slow early:late old:new
young:old full:empty open:closed hard:soft wet:dry clean:dirty loud:quiet bright:dark rich:poor strong:weak happy:sad
high:low near:far deep:shallow easy:difficult cheap:expensive safe:dangerous true:false right:wrong good:bad
beautiful:ugly kind:cruel brave:afraid polite:rude sharp:blunt smooth:rough sweet:sour fresh:stale raw:cooked
straight:crooked tight:loose awake:asleep alive:dead lucky:unlucky careful:careless patient:impatient honest:dishonest
common:rare simple:complicated modern:ancient public:private inside:outside above:below up:down left:right
first:last always:never everything:nothing everyone:nobody before:after begin:end start:stop buy:sell give:take
push:pull win:lose arrive:leave remember:forget laugh:cry love:hate build:destroy find:lose borrow:lend
question:answer day:night summer:winter north:south east:west morning:evening friend:enemy top:bottom front:back
entrance:exit success:failure war:peace victory:defeat noisy:quiet calm:nervous lazy:hard-working tidy:messy
increase:decrease accept:refuse agree:disagree appear:disappear connect:disconnect lock:unlock pack:unpack
possible:impossible visible:invisible usual:unusual fair:unfair comfortable:uncomfortable healthy:unhealthy
warm:cool wise:foolish generous:selfish cheerful:gloomy gentle:rough ripe:unripe single:double many:few more:less
maximum:minimum attack:defend sink:float rise:fall freeze:melt lift:lower shout:whisper hide:show
fold:unfold tie:untie fill:empty permit:forbid expand:shrink spend:save allow:forbid import:export
send:receive teach:learn hello:goodbye yes:no plus:minus male:female"""

SYNONYMS = """big=large,huge,great small=little,tiny fast=quick,rapid,speedy begin=start happy=glad,cheerful,joyful
sad=unhappy,sorrowful angry=cross,furious,mad clever=smart,bright,intelligent brave=courageous,bold
quiet=silent,calm,still difficult=hard,tricky easy=simple beautiful=lovely,pretty nice=pleasant,kind
strange=odd,unusual,weird rich=wealthy tired=weary,sleepy afraid=scared,frightened funny=amusing,humorous
old=ancient,aged new=fresh,modern wrong=incorrect,mistaken right=correct ill=sick,unwell help=assist,aid
buy=purchase end=finish,stop answer=reply,response ask=inquire talk=speak,chat look=glance,gaze walk=stroll,hike
run=race,dash jump=leap,hop shout=yell,call cry=weep,sob laugh=giggle,chuckle like=enjoy love=adore hate=dislike
fix=repair,mend break=smash,crack choose=pick,select get=receive,obtain give=offer,hand keep=hold,save show=display
hide=cover,conceal build=construct,make throw=toss pull=drag,tug shut=close clean=tidy,neat dirty=grubby,muddy
cold=chilly,freezing hot=boiling,very warm wet=damp,soaked shiny=bright,gleaming gift=present
home=house road=street,path forest=wood stone=rock child=kid friend=companion,pal job=work,profession
error=mistake idea=thought,notion trip=journey,tour story=tale meal=dish shop=store bag=sack picture=image
sofa=couch film=movie autumn=fall rubbish=trash,garbage holiday=vacation lift=elevator enough=sufficient
important=essential,key sure=certain maybe=perhaps often=frequently almost=nearly quickly=rapidly,fast
slowly=gradually famous=well-known polite=courteous,well-mannered rude=impolite generous=giving
careful=cautious lazy=idle strong=powerful weak=feeble loud=noisy empty=vacant dangerous=unsafe,risky
delay=hold-up,wait refund=repayment cost=price,charge parcel=package customer=client,buyer send=ship,post
broken=damaged,faulty cancel=call off check=examine,inspect explain=describe need=require try=attempt
allow=permit,let return=bring back,send back wait=stay improve=better whole=entire worried=anxious,concerned"""

RHYMES = """cat hat bat mat rat flat|dog log fog frog jog|tree bee sea key knee free|house mouse blouse|moon spoon soon noon
light night bright kite white|day play way stay grey|rain train plane chain lane|star car jar far|boat coat goat note
ball wall tall fall small|cake lake snake make take|ring king sing wing spring|book cook look hook|sun run fun one
bear chair hair pear stair|bed red head bread|blue shoe two new true|nose rose toes snows|cold gold old hold told
pen ten hen men|sand hand land band stand|rock sock clock lock|duck truck luck stuck|boot fruit suit flute
snow slow low grow|shell bell well smell|nest best rest west|mice ice rice nice price|line fine mine wine nine
sheep sleep deep keep|fish dish wish|pot hot spot dot|door floor four more|fly sky high dry|wheel meal feel steel
lamp stamp camp|dream cream team stream|pin tin win bin thin|bug mug rug hug|heart part start cart|sail tail mail snail
pool school cool tool|stone phone bone alone|word bird heard third|hill pill will still|road load toad code
name game same flame|back pack sack black|drop shop stop top|time climb lime rhyme|face place race lace"""

IRREGULAR_PLURALS = {
    "mouse": "mice",
    "goose": "geese",
    "sheep": "sheep",
    "deer": "deer",
    "fish": "fish",
    "man": "men",
    "woman": "women",
    "child": "children",
    "foot": "feet",
    "tooth": "teeth",
    "person": "people",
    "knife": "knives",
    "wolf": "wolves",
    "leaf": "leaves",
    "shelf": "shelves",
    "loaf": "loaves",
    "scarf": "scarves",
    "thief": "thieves",
    "calf": "calves",
    "half": "halves",
    "ox": "oxen",
    "salmon": "salmon",
    "trout": "trout",
    "goldfish": "goldfish",
    "potato": "potatoes",
    "tomato": "tomatoes",
    "hero": "heroes",
    "echo": "echoes",
    "mosquito": "mosquitoes",
    "volcano": "volcanoes",
    "mango": "mangoes",
    "octopus": "octopuses",
    "wife": "wives",
    "life": "lives",
    "passer-by": "passers-by",
    "hippo": "hippos",
    "housewife": "housewives",
    "elf": "elves",
    "wharf": "wharves",
}

VERBS = """walk|walks|walked|walking run|runs|ran|running eat|eats|ate|eating drink|drinks|drank|drinking
write|writes|wrote|writing read|reads|read|reading sing|sings|sang|singing dance|dances|danced|dancing
swim|swims|swam|swimming fly|flies|flew|flying drive|drives|drove|driving ride|rides|rode|riding
build|builds|built|building break|breaks|broke|breaking buy|buys|bought|buying sell|sells|sold|selling
bring|brings|brought|bringing take|takes|took|taking give|gives|gave|giving find|finds|found|finding
lose|loses|lost|losing keep|keeps|kept|keeping sleep|sleeps|slept|sleeping wake|wakes|woke|waking
sit|sits|sat|sitting stand|stands|stood|standing fall|falls|fell|falling rise|rises|rose|rising
throw|throws|threw|throwing catch|catches|caught|catching draw|draws|drew|drawing paint|paints|painted|painting
cook|cooks|cooked|cooking bake|bakes|baked|baking wash|washes|washed|washing clean|cleans|cleaned|cleaning
open|opens|opened|opening close|closes|closed|closing begin|begins|began|beginning stop|stops|stopped|stopping
think|thinks|thought|thinking know|knows|knew|knowing learn|learns|learned|learning teach|teaches|taught|teaching
speak|speaks|spoke|speaking tell|tells|told|telling say|says|said|saying ask|asks|asked|asking
answer|answers|answered|answering hear|hears|heard|hearing see|sees|saw|seeing feel|feels|felt|feeling
make|makes|made|making do|does|did|doing go|goes|went|going come|comes|came|coming leave|leaves|left|leaving
meet|meets|met|meeting send|sends|sent|sending spend|spends|spent|spending pay|pays|paid|paying
win|wins|won|winning grow|grows|grew|growing plant|plants|planted|planting carry|carries|carried|carrying
hold|holds|held|holding cut|cuts|cut|cutting put|puts|put|putting climb|climbs|climbed|climbing
jump|jumps|jumped|jumping play|plays|played|playing work|works|worked|working help|helps|helped|helping
laugh|laughs|laughed|laughing cry|cries|cried|crying shout|shouts|shouted|shouting whisper|whispers|whispered|whispering
hide|hides|hid|hiding choose|chooses|chose|choosing forget|forgets|forgot|forgetting fix|fixes|fixed|fixing
try|tries|tried|trying study|studies|studied|studying travel|travels|travelled|travelling wear|wears|wore|wearing
freeze|freezes|froze|freezing steal|steals|stole|stealing shine|shines|shone|shining blow|blows|blew|blowing"""

FIRST_NAMES = """Anna Ben Clara David Emma Felix Grace Hugo Iris Jack Kate Leo Mia Noah Olivia Paul Rosa Sam Tom Vera
Will Zoe Alice Bruno Cora Daniel Eva Frank Gina Henry Ida Jonas Lara Max Nina Oscar Petra Quinn Ruth Simon Tara Victor
Wendy Yusuf Amir Bella Carlos Diana Elena Farid Hana Ivan Jamal Kira Lucas Maria Nadia Omar Priya Rafael Sofia Tariq
Ursula Vikram Yara Aisha Chen Divya Emil Fatima Greta Hassan Ingrid Julia Kenji Lin Mateo Nora Otto Pablo Rina Sara
Theo Uma Martha Walter Edith Arthur Florence Harold Mabel Stanley Peggy Luisa Marco Chloe Ethan Layla Milo Ruby Toby
Hazel Ivy Jasper Lena Moritz Selma Anton Lydia Karl Fiona Gareth Megan Dylan Owen Nell Rory Maeve Ewan Isla Freya"""

LAST_NAMES = """Baker Miller Carter Fischer Lopez Novak Rossi Singh Tanaka Weber Young Adams Brown Clark Davies Evans
Foster Green Harris Jones Khan Lewis Moore Nelson Owens Parker Quinn Reed Shah Turner Vogel Walker Ahmed Bauer Costa
Dubois Eriksen Ferrari Gomez Haddad Ivanov Jensen Kim Larsen Meyer Nguyen Okafor Petrov Ramos Silva Thomas"""

COLORS = "red blue green yellow orange purple pink brown black white grey golden silver turquoise".split()
NUMBERS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty""".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
SEASONS = ["spring", "summer", "autumn", "winter"]
MONTH_DAYS = dict(zip(MONTHS, (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), strict=True))
ADJECTIVES = """small big old young brave shy clever curious gentle noisy quiet tired hungry proud lonely cheerful kind
lazy careful clumsy friendly grumpy patient polite playful silly sleepy stubborn thoughtful wise nervous lucky honest
generous helpful busy forgetful calm bold tiny""".split()
HOBBIES = """painting|reading|gardening|cooking|hiking|swimming|cycling|dancing|singing|knitting|fishing|photography
running|chess|drawing|baking|playing the guitar|playing the piano|bird watching|collecting stamps|sewing|pottery
camping|learning languages|woodwork|yoga|writing stories|playing football|table tennis|astronomy"""


@dataclass(frozen=True)
class Entity:
    """One thing the corpus knows about; ``facts`` maps an attribute name to a phrase written for the templates."""

    name: str
    kind: str
    form: str  # "count", "mass" or "plural"
    facts: dict[str, str]

    @property
    def a(self) -> str:
        """The name as it opens a noun phrase: "a hammer", "milk", "scissors"."""
        return with_article(self.name) if self.form == "count" else self.name

    @property
    def many(self) -> str:
        """The general plural: "hammers", "milk", "scissors"."""
        return plural(self.name) if self.form == "count" else self.name

    @property
    def verb(self) -> str:
        """The verb that agrees with ``a``."""
        return "are" if self.form == "plural" else "is"

    @property
    def it(self) -> str:
        """The pronoun for ``a``."""
        return "they" if self.form == "plural" else "it"


VOWEL_EXCEPTIONS = ("uni", "use", "usu", "eu", "one-", "ukul")


def with_article(noun: str) -> str:
    """``noun`` behind "a" or "an", by sound for the words in this lexicon."""
    low = noun.lower()
    vowel = (low[:1] in "aeiou" and not low.startswith(VOWEL_EXCEPTIONS)) or low.startswith(("hour", "honest"))
    return ("an " if vowel else "a ") + noun


def plural(noun: str) -> str:
    """The plural of a countable noun of this lexicon (the last word of a compound changes)."""
    head, _, last = noun.rpartition(" ")
    front = head + " " if head else ""
    if last in IRREGULAR_PLURALS:
        return front + IRREGULAR_PLURALS[last]
    if last.endswith(("s", "x", "z", "ch", "sh")):
        return front + last + "es"
    if last.endswith("y") and last[-2] not in "aeiou":
        return front + last[:-1] + "ies"
    return front + last + "s"


def third_person(verb: str) -> str:
    """The he/she/it form of the first word of a verb phrase: "carry water" gives "carries water"."""
    first, _, rest = verb.partition(" ")
    known = {"have": "has", "be": "is", "do": "does", "go": "goes"}
    if first in known:
        out = known[first]
    elif first.endswith(("s", "x", "z", "ch", "sh")):
        out = first + "es"
    elif first.endswith("y") and first[-2] not in "aeiou":
        out = first[:-1] + "ies"
    else:
        out = first + "s"
    return out + (" " + rest if rest else "")


def gerund(phrase: str) -> str:
    """The -ing form of the first word of a verb phrase: "cut wood" gives "cutting wood"."""
    first, _, rest = phrase.partition(" ")
    doubled = {
        "cut",
        "dig",
        "get",
        "put",
        "sit",
        "stop",
        "swim",
        "run",
        "let",
        "chop",
        "grip",
        "wrap",
        "hit",
        "plan",
        "pin",
        "set",
        "beg",
        "win",
        "trim",
        "mop",
        "rub",
        "pat",
        "knit",
        "shop",
        "chat",
        "spin",
        "jog",
        "skip",
    }
    if first in doubled:
        out = first + first[-1] + "ing"
    elif first in ("tie", "lie", "die"):
        out = first[:-2] + "ying"
    elif first.endswith("e") and not first.endswith(("ee", "be", "ye")):
        out = first[:-1] + "ing"
    else:
        out = first + "ing"
    return out + (" " + rest if rest else "")


def cap(text: str) -> str:
    """``text`` with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def join_and(items: list[str], word: str = "and") -> str:
    """A readable list: "a, b and c"."""
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + f" {word} " + items[-1]


def _rows(table: str, fields: tuple[str, ...], kind: str | None = None) -> list[Entity]:
    """Parse one table; ``kind`` None means that a field called "kind" holds it. Raises ValueError on a bad row."""
    out = []
    for line in table.strip().splitlines():
        name, *cells = line.split("|")
        if len(cells) != len(fields):
            raise ValueError(f"expected {len(fields) + 1} columns in lexicon row: {line}")
        facts = dict(zip(fields, cells, strict=True))
        form = {"~": "mass", "+": "plural"}.get(name[0], "count")
        out.append(Entity(name.lstrip("~+"), kind or facts["kind"], form, facts))
    return out


def _split_groups(text: str) -> list[list[str]]:
    return [group.split() for line in text.splitlines() for group in line.split("|")]


OBJECT_LIST = _rows(OBJECTS, ("use", "place", "made", "looks", "kind"))
ANIMAL_LIST = _rows(ANIMALS, ("kind", "home", "eats", "looks", "special", "young"))
FOOD_LIST = _rows(FOODS, ("kind", "color", "taste", "used", "grows"))
JOB_LIST = _rows(JOBS, ("does", "where", "tools"), "job")
PLACE_LIST = _rows(PLACES, ("use", "has"), "place")
NATURE_LIST = _rows(NATURE, ("is", "special"), "thing in nature")
WEATHER_LIST = _rows(WEATHER, ("is", "advice", "adjective"), "kind of weather")
MATERIAL_LIST = _rows(MATERIALS, ("looks", "makes", "from"), "material")
SPORT_LIST = _rows(SPORTS, ("rule", "needs"), "sport or game")
BODY_LIST = _rows(BODY, ("use", "place"), "part of the body")
EMOTION_LIST = _rows(EMOTIONS, ("is", "cause", "synonym", "antonym"), "feeling")
ALL_ENTITIES = (
    OBJECT_LIST
    + ANIMAL_LIST
    + FOOD_LIST
    + JOB_LIST
    + PLACE_LIST
    + NATURE_LIST
    + WEATHER_LIST
    + MATERIAL_LIST
    + SPORT_LIST
    + BODY_LIST
    + EMOTION_LIST
)

ANTONYM_PAIRS = [(a, b) for a, b in (pair.split(":") for pair in ANTONYMS.split())]
RHYME_GROUPS = [group for group in _split_groups(RHYMES) if len(group) > 2]
VERB_FORMS = [tuple(item.split("|")) for item in VERBS.split()]
NAMES = FIRST_NAMES.split()
SURNAMES = LAST_NAMES.split()
TOWN_NAMES = list(
    "Ashford Brookdale Clearwater Dunmore Eastbridge Fairview Greenhill Hartley Ivybridge Kingsport "
    "Lakeside Millbrook Northgate Oakfield Pinewood Riverton Southport Thornbury Upton Westbrook Whitby "
    "Stonebridge Maplewood Redcliff Silverton Copperhill Elmwood Foxley Windmere Larkfield Appleton Birchwood "
    "Deepdale".split()
)
HOBBY_LIST = [h for line in HOBBIES.splitlines() for h in line.split("|")]


def _synonyms() -> dict[str, list[str]]:
    """Headword to synonyms; a synonym may hold spaces, so a word with "=" starts the next entry."""
    out: dict[str, list[str]] = {}
    head = ""
    for token in SYNONYMS.split():
        if "=" in token:
            head, _, rest = token.partition("=")
            out[head] = rest.split(",")
        else:
            more = token.split(",")
            out[head][-1] += " " + more[0]
            out[head].extend(more[1:])
    return out


SYNONYM_MAP = _synonyms()

CATEGORIES: dict[str, list[str]] = {
    "fruits": [e.many for e in FOOD_LIST if e.kind == "fruit"],
    "vegetables": [e.many for e in FOOD_LIST if e.kind == "vegetable"],
    "drinks": [e.name for e in FOOD_LIST if e.kind == "drink"],
    "nuts": [e.many for e in FOOD_LIST if e.kind == "nut"],
    "spices and herbs": [e.name for e in FOOD_LIST if e.kind in ("spice", "herb", "seasoning")],
    "farm animals": ["cows", "pigs", "sheep", "goats", "horses", "chickens", "ducks", "geese", "donkeys", "turkeys"],
    "wild animals": [
        "lions",
        "tigers",
        "elephants",
        "zebras",
        "giraffes",
        "wolves",
        "bears",
        "foxes",
        "deer",
        "rhinos",
    ],
    "pets": ["cats", "dogs", "hamsters", "rabbits", "goldfish", "parrots", "mice", "tortoises"],
    "birds": [e.many for e in ANIMAL_LIST if e.kind == "bird"],
    "insects": [e.many for e in ANIMAL_LIST if e.kind == "insect"],
    "mammals": [e.many for e in ANIMAL_LIST if e.kind == "mammal"],
    "reptiles": [e.many for e in ANIMAL_LIST if e.kind == "reptile"],
    "sea animals": ["whales", "dolphins", "sharks", "seals", "crabs", "lobsters", "octopuses", "turtles"],
    "tools": [e.many for e in OBJECT_LIST if e.kind == "tool"],
    "clothes": [e.many for e in OBJECT_LIST if e.kind == "piece of clothing" and e.name not in ("button", "glasses")],
    "pieces of furniture": [e.many for e in OBJECT_LIST if e.kind == "piece of furniture"],
    "vehicles": [e.many for e in OBJECT_LIST if e.kind == "vehicle"],
    "musical instruments": [e.many for e in OBJECT_LIST if e.kind == "instrument"],
    "kitchen objects": [e.many for e in OBJECT_LIST if e.kind == "kitchen object"],
    "toys": [e.many for e in OBJECT_LIST if e.kind == "toy"],
    "jobs": [e.name for e in JOB_LIST],
    "sports": [e.name for e in SPORT_LIST if e.name != "chess"],
    "colors": COLORS,
    "materials": [e.name for e in MATERIAL_LIST],
    "kinds of weather": [e.name for e in WEATHER_LIST if e.form == "mass"],
    "parts of the body": [e.name for e in BODY_LIST],
    "feelings": ["happiness", "sadness", "anger", "fear", "joy", "pride", "surprise", "hope", "envy", "relief"],
    "rooms in a house": ["kitchen", "bedroom", "bathroom", "living room", "hallway", "cellar", "attic", "study"],
    "shops": [
        "bakery",
        "supermarket",
        "bookshop",
        "pharmacy",
        "flower shop",
        "toy shop",
        "shoe shop",
        "butcher's shop",
    ],
    "shapes": ["a circle", "a square", "a triangle", "a rectangle", "an oval", "a star", "a cube", "a cone"],
    "days of the week": DAYS,
    "months": MONTHS,
    "seasons": SEASONS,
    "hobbies": HOBBY_LIST,
    "school subjects": ["history", "geography", "biology", "chemistry", "physics", "music", "art", "mathematics"],
    "countries": [
        "France",
        "Spain",
        "Italy",
        "Germany",
        "Japan",
        "Brazil",
        "Canada",
        "Egypt",
        "India",
        "Kenya",
        "Mexico",
        "Norway",
        "Poland",
        "Greece",
        "China",
        "Australia",
        "Peru",
        "Turkey",
        "Portugal",
        "Sweden",
    ],
    "flowers": ["roses", "tulips", "daisies", "lilies", "sunflowers", "violets", "poppies", "daffodils"],
    "trees": ["oaks", "pines", "birches", "maples", "willows", "beeches", "chestnuts", "firs"],
    "metals": ["iron", "steel", "gold", "silver", "copper", "aluminium", "tin", "lead"],
    "planets": ["Mercury", "Venus", "Earth", "Mars", "Jupiter", "Saturn", "Uranus", "Neptune"],
    "continents": ["Africa", "Antarctica", "Asia", "Australia", "Europe", "North America", "South America"],
}

CATEGORY_ONE: dict[str, str] = {
    "fruits": "fruit",
    "vegetables": "vegetable",
    "tools": "tool",
    "birds": "bird",
    "insects": "insect",
    "vehicles": "vehicle",
    "musical instruments": "musical instrument",
    "clothes": "piece of clothing",
    "mammals": "mammal",
    "drinks": "drink",
    "metals": "metal",
    "countries": "country",
    "pieces of furniture": "piece of furniture",
    "toys": "toy",
    "sports": "sport",
    "shapes": "shape",
    "planets": "planet",
}

SYSTEM_PROMPTS = (
    "You are pocket, a small helpful assistant.",
    "You are a friendly assistant. Answer briefly.",
    "Answer in plain English and in whole sentences.",
    "You are a polite and patient helper.",
    "You are pocket, a small open language model. Be kind and clear.",
    "Be concise and helpful.",
    "You are a helpful assistant who keeps answers short.",
    "Reply politely. If you do not know something, say so.",
    "You help people with everyday questions.",
    "You are an assistant. Use simple words.",
    "Give short, correct and friendly answers.",
    "You are a calm and careful assistant.",
)
PREFIXES = (
    "Hi, ",
    "Hello, ",
    "Hey, ",
    "Hello! ",
    "Hi there, ",
    "Quick question: ",
    "Question: ",
    "Sorry to bother you, ",
    "Excuse me, ",
    "Just wondering, ",
    "I was wondering: ",
    "One more thing: ",
    "Please tell me: ",
    "Okay, ",
    "So, ",
    "Hey there! ",
    "Good morning, ",
    "Good evening, ",
    "Hi! ",
    "Small question: ",
    "I'm curious: ",
    "Tell me, ",
)
SUFFIXES = (
    " Thanks!",
    " Thank you.",
    " Thanks.",
    " Please help.",
    " Thanks in advance.",
    " I'd like to know.",
    " I'm curious.",
    " Please keep it short.",
    " My daughter asked me.",
    " My son wants to know.",
    " Thank you!",
)
CONTRACTIONS = (
    ("What is ", "What's "),
    ("what is ", "what's "),
    ("I am ", "I'm "),
    ("I would ", "I'd "),
    ("do not ", "don't "),
    ("does not ", "doesn't "),
    ("cannot ", "can't "),
    ("Where is ", "Where's "),
    ("who is ", "who's "),
)


def _typo(rng: random.Random, text: str) -> str:
    """One slip of the keyboard inside one longer word: two letters swapped, one dropped or one doubled."""
    words = text.split(" ")
    long = [i for i, w in enumerate(words) if len(w) > 4 and w.isalpha() and w.islower()]
    if not long:
        return text
    i = rng.choice(long)
    w = words[i]
    at = rng.randrange(1, len(w) - 2)
    kind = rng.random()
    if kind < 0.5:
        w = w[:at] + w[at + 1] + w[at] + w[at + 2 :]
    elif kind < 0.8:
        w = w[:at] + w[at + 1 :]
    else:
        w = w[:at] + w[at] + w[at:]
    words[i] = w
    return " ".join(words)


def vary(rng: random.Random, text: str, affix: bool = True) -> str:
    """``text`` as a user might type it: prefix or suffix, contraction, lower case, lost end mark, a typo.

    ``affix`` False keeps the words themselves (for short social turns and for passages that must stay intact).
    """
    r = rng.random()
    if affix and r < 0.16:
        pre = rng.choice(PREFIXES)
        text = pre + (text if pre.endswith("! ") or text.startswith(("I ", "I'")) else text[:1].lower() + text[1:])
    elif affix and r < 0.22 and text[-1] in "?.!":
        text += rng.choice(SUFFIXES)
    elif affix and r < 0.26 and text.endswith("?"):
        text = text[:-1] + ", please?"
    if rng.random() < 0.3:
        old, new = rng.choice(CONTRACTIONS)
        text = text.replace(old, new, 1)
    r = rng.random()
    if r < 0.14:
        text = text.lower()
    if rng.random() < 0.14 and text[-1] in "?.!":
        text = text[:-1]
    if rng.random() < 0.05:
        text = _typo(rng, text)
    return text


def chat(rng: random.Random, *turns: str) -> dict:
    """A chat document of alternating user and assistant turns; about one in ten gets a system message."""
    messages = [{"role": "user" if i % 2 == 0 else "assistant", "content": t} for i, t in enumerate(turns)]
    if rng.random() < 0.1:
        messages.insert(0, {"role": "system", "content": rng.choice(SYSTEM_PROMPTS)})
    return {"messages": messages}
