"""Questions about the world with short true answers: how/why/what facts, comparisons, entity questions, procedures.

A fact line reads ``question^ rest = answer / other wording // one more sentence``; ``^`` marks the end of the subject
where the question has a form of "be" or "can", so that an indirect question can be made from it.
"""

from __future__ import annotations

import random

from . import words as w

FACTS = """
why do leaves fall in autumn = Trees drop their leaves because they cannot take up enough water in the cold season. / In autumn there is less light and warmth, so trees let go of their leaves to save water and energy. // New leaves grow again in spring.
why do leaves change color in autumn = The green color in the leaves breaks down, and the yellow and red colors become visible. / Trees stop making green color in autumn, so other colors can be seen. // That is why a forest looks so bright in October.
why is the sky^ blue = Sunlight contains all colors, and the air scatters blue light more than red light. / The air spreads blue light in all directions, so the sky looks blue to us. // In the evening the light travels further through the air, and the sky turns red.
why is the sea^ salty = Rivers carry tiny amounts of salt from rocks into the sea. / Rain washes salt out of rocks, and rivers bring it to the sea. // Water leaves the sea as vapor, but the salt stays behind.
why is snow^ white = Snow is made of many small ice crystals that reflect all colors of light. / The ice crystals in snow scatter light in every direction, and all colors together look white.
why does ice^ float on water = Ice is lighter than the same volume of liquid water. / Water expands when it freezes, so ice is less dense and floats. // This keeps fish alive under the ice in winter.
why does bread^ rise = Yeast in the dough makes small gas bubbles. / The yeast eats sugar and gives off gas, and the gas makes the dough grow. // The oven then makes the bubbles firm.
why does it^ rain = Warm air carries water vapor upwards, where it cools and turns into drops. / Clouds are made of tiny drops, and when the drops become too heavy, they fall. // This is part of the water cycle.
why does it^ snow = It snows when the air is so cold that water in the clouds freezes into ice crystals. / In cold clouds, water turns into ice crystals that stick together and fall as flakes.
why do birds fly south in winter = Many birds fly south because they find more food in warm places. / In winter there are few insects and seeds in the north, so many birds travel to warmer countries. // They return in spring.
why do birds sing = Birds sing to find a partner and to defend their home. / A bird's song tells other birds where it lives and that it is looking for a partner. // Most birds sing early in the morning.
why do cats purr = Cats often purr when they feel safe and comfortable. / A purr usually shows that a cat is relaxed. // Some cats also purr when they are hurt, perhaps to calm themselves.
why do dogs wag their tails = Dogs wag their tails to show how they feel. / A wagging tail often means that a dog is happy or excited. // A stiff tail can mean that the dog is nervous.
why do dogs bark = Dogs bark to warn others, to ask for attention or because they are excited. / Barking is one way in which dogs talk to people and to other dogs.
why do cows chew for so long = Grass is hard to digest, so cows bring it back up and chew it again. / Cows chew their food twice because grass is tough. // This helps them get more out of it.
why do bees make honey = Bees make honey as food for the winter. / Honey is the food that bees store for times without flowers. // Beekeepers take only a part of it.
why do spiders spin webs = Spiders spin webs to catch insects. / A web is a sticky trap that helps a spider catch its food.
why do giraffes have long necks = A long neck lets a giraffe reach leaves high up in the trees. / With its long neck, a giraffe can eat leaves that other animals cannot reach.
why do zebras have stripes = Scientists think that the stripes confuse biting flies. / The stripes may keep flies away and make it harder to pick out one animal in a herd. // Every zebra has its own pattern.
why do bears sleep in winter = Bears sleep in winter because there is little food. / In the cold months there is not much to eat, so bears rest and live on their fat.
why do camels have humps = A camel stores fat in its hump. / The hump is a store of fat that a camel uses when there is little food. // It does not hold water.
why do penguins live in groups = Penguins stay close together to keep warm and safe. / In a group, penguins share their warmth and protect their chicks.
why do fish have gills = Fish use their gills to take oxygen from the water. / Gills let fish breathe under water.
why do owls hunt at night = Owls see and hear very well in the dark. / At night, mice are active and owls can find them by sound.
why do snakes shed their skin = A snake's skin does not grow, so it must be replaced. / Snakes shed their skin when it becomes too small. // The new skin is smooth and bright.
why do we^ sleep = Sleep lets the body rest and repair itself. / While we sleep, the body recovers and the brain sorts what we have learned. // Most adults need seven to nine hours.
why do we^ dream = Nobody knows exactly, but dreams may help the brain sort memories and feelings. / Dreams happen while the brain stays active during sleep, and they may help us deal with feelings.
why do we^ yawn = We often yawn when we are tired or bored. / Yawning may help the body stay awake, but scientists are still not sure. // Seeing another person yawn can make us yawn too.
why do we^ sweat = Sweating cools the body. / When sweat dries on the skin, it takes heat away. // That is why we should drink enough on hot days.
why do we^ shiver = Shivering makes heat. / When we are cold, our muscles move quickly to warm the body.
why do we^ need water = Water carries food and oxygen through the body and keeps it cool. / The body is mostly water, and it loses some every day, so we must drink.
why do we^ cry when cutting onions = A cut onion gives off a gas that stings the eyes. / Onions release a sharp gas, and tears wash it away. // A sharp knife and a cold onion help a little.
why do we^ brush our teeth = Brushing removes food and bacteria that can harm teeth. / Clean teeth stay healthy, because brushing takes away the bacteria that cause holes. // Twice a day is a good habit.
why do we^ wash our hands = Washing hands removes dirt and germs. / Clean hands help to stop illnesses from spreading. // Soap and twenty seconds are enough.
why do we^ have seasons = The earth is tilted as it moves around the sun. / Because the earth leans to one side, each half gets more sunlight during one part of the year. // That half then has summer.
why do we^ have day and night = The earth turns around itself once a day. / As the earth spins, one side faces the sun while the other side is dark.
why does the moon^ change its shape = We see different parts of the sunlit side of the moon. / The moon moves around the earth, so we see more or less of its bright side. // The moon itself does not change.
why does the moon^ shine = The moon reflects the light of the sun. / The moon makes no light of its own and only sends back sunlight.
why do stars twinkle = The moving air bends their light a little. / Starlight passes through moving air, and so it seems to flicker.
why are there^ tides = The moon pulls on the water of the sea. / The moon's gravity lifts the water, so the sea rises and falls about twice a day.
why do volcanoes erupt = Hot melted rock and gas push up from inside the earth. / Pressure builds up under the ground until melted rock breaks out.
why do earthquakes happen = Large plates of rock under the ground move and suddenly slip. / The earth's crust is made of plates, and the ground shakes when they slide past each other.
why do magnets pick up nails = Nails contain iron, and magnets attract iron. / A magnet pulls on iron, so steel nails stick to it. // Wood and plastic are not attracted.
why does metal^ feel cold = Metal carries heat away from the hand quickly. / Metal takes heat from the skin faster than wood does, so it feels colder.
why does iron^ rust = Iron rusts when it meets water and air. / Water and oxygen slowly turn iron into rust. // Paint or oil can protect it.
why do boats float = A boat pushes away water that weighs as much as the boat. / Boats are hollow, so they are light for their size and the water holds them up.
why do balloons rise = A balloon with helium is lighter than the air around it. / Light gas inside the balloon makes it float upwards. // A balloon filled with breath sinks.
why do plants need light = Plants use light to make their own food. / With light, water and air, plants make the sugar that they live on.
why do plants need water = Water carries food through the plant and keeps it firm. / Without water, a plant cannot make food and its leaves hang down.
why do flowers smell = The smell of flowers attracts bees and butterflies. / Flowers smell so that insects find them and carry their pollen.
why do apples turn brown = A cut apple turns brown because it meets oxygen in the air. / Air reacts with the inside of the apple and turns it brown. // A little lemon juice slows this down.
why does milk^ turn sour = Bacteria change the sugar in milk into acid. / Milk turns sour when bacteria grow in it. // A cold fridge slows them down.
why does popcorn^ pop = The water inside each grain turns to steam and bursts it open. / Heat turns the water inside the corn into steam until the shell breaks.
why do we^ cook food = Cooking makes food softer, tastier and safer. / Heat kills germs and makes many foods easier to eat.
why do people^ wear helmets = A helmet protects the head in a fall. / People wear helmets because the head is easily hurt in an accident.
why do cars need oil = Oil keeps the moving parts of an engine from rubbing against each other. / Oil makes the parts of an engine slide smoothly and keeps them cool.
why do clocks have hands = The hands point to the hour and the minute. / The short hand shows the hour and the long hand shows the minutes.
why do ships have anchors = An anchor holds a ship in one place. / A heavy anchor grips the sea floor and stops the ship from drifting.
why do houses have roofs = A roof keeps out rain, snow and wind. / Roofs protect the people and things inside a house.
why do people^ go on holiday = People go on holiday to rest and to see new places. / A holiday gives people time away from work.
why do people^ keep pets = Pets are good company and bring joy. / Many people keep pets because they enjoy caring for an animal.
why is exercise^ good for us = Exercise makes the heart and the muscles stronger. / Moving every day keeps the body healthy and often lifts the mood.
why is reading^ useful = Reading teaches new words and new ideas. / People who read learn a lot and see the world through other eyes.
why is recycling^ important = Recycling saves materials and energy. / When we recycle, old things become new ones and less rubbish is left.
why are vegetables^ healthy = Vegetables contain vitamins and fibre. / They give the body many useful things and little fat.
why are forests^ important = Forests clean the air and give a home to many animals. / Trees store carbon, hold the soil and make oxygen.
why are bees^ important = Bees carry pollen from flower to flower. / Without bees, many plants would not make fruit or seeds.
why is sleep^ important = Sleep helps the body recover and the brain remember. / Without enough sleep, people feel tired and make more mistakes.
why is breakfast^ useful = Breakfast gives energy for the morning. / After a night without food, breakfast helps many people think and work.
why is the desert^ dry = Deserts get very little rain. / In deserts, the air holds little water and clouds rarely form.
why is the sun^ hot = Inside the sun, tiny particles join together and release huge amounts of energy. / The sun is hot because a process called fusion takes place in its core.
why is chocolate^ bad for dogs = Chocolate contains a substance that dogs cannot break down well. / Chocolate can make dogs very ill, so keep it away from them.
why is it^ colder in the mountains = The air is thinner high up and holds less heat. / It gets colder as you climb because thin air cools down quickly.
why is yawning^ catching = People often copy what others do without thinking. / Nobody knows for sure, but it may come from our habit of sharing feelings.
why is glass^ clear = Light passes through glass without being stopped. / The particles in glass let visible light through.
how do planes fly = The wings are shaped so that moving air pushes the plane up. / Engines push the plane forward, and air flowing around the wings lifts it.
how do fish breathe = Fish breathe with gills. / Water flows over the gills, which take oxygen out of it.
how do birds fly = Birds flap their wings to push the air down. / Light bones, strong muscles and feathers help birds lift themselves into the air.
how do bees make honey = Bees collect nectar from flowers and dry it in the hive. / Bees carry nectar home, pass it from bee to bee and let the water dry off. // The thick liquid that is left is honey.
how do plants drink = Plants take up water through their roots. / Roots pull water from the soil, and it travels up the stem to the leaves.
how do plants make food = Plants make sugar from light, water and air. / Leaves catch sunlight and use it to turn water and carbon dioxide into sugar.
how do seeds grow = A seed takes up water, and a root and a stem come out. / With water and warmth, a seed opens and a small plant starts to grow.
how do caterpillars become butterflies = A caterpillar makes a hard shell around itself and changes inside it. / The caterpillar rests in a cocoon, its body changes, and a butterfly comes out.
how do frogs grow up = Frogs begin as eggs, become tadpoles and then grow legs. / A tadpole hatches from an egg, grows legs, loses its tail and becomes a frog.
how do bats find their way = Bats call out and listen to the echoes. / Bats make very high sounds, and the echo tells them where things are.
how do whales breathe = Whales come to the surface and breathe through a blowhole. / A whale has lungs, so it must come up for air.
how do spiders make silk = Spiders make silk in small organs at the back of the body. / The silk is liquid inside the spider and turns into a thread when it is pulled out.
how do magnets work = A magnet has a north pole and a south pole that pull or push other magnets. / Different poles attract each other, and equal poles push each other away.
how does a fridge^ work = A fridge carries heat from the inside to the outside. / A liquid turns into gas inside the fridge and takes heat with it. // The heat leaves at the back.
how does a kettle^ work = Electricity heats a metal plate or coil, and this heats the water. / A heating element at the bottom warms the water until it boils.
how does a bicycle^ work = The rider pushes the pedals, and a chain turns the back wheel. / Your legs turn the pedals, the chain moves the wheel, and the handlebars steer.
how does a compass^ work = The needle is a small magnet that points north. / The earth acts like a big magnet, so the needle turns to the north.
how does a battery^ work = Chemicals inside a battery push electricity through a wire. / A battery changes chemical energy into electricity.
how does a light bulb^ work = Electricity flows through the bulb and makes it glow. / Electric current makes a part inside the bulb give off light.
how does a thermometer^ work = A liquid inside expands when it gets warm and rises in a tube. / The warmer it is, the higher the liquid climbs; digital ones use a sensor.
how does a telescope^ work = Lenses or mirrors gather light and make far things look bigger. / A telescope collects more light than the eye and enlarges the picture.
how does a vacuum cleaner^ work = A fan inside sucks in air together with dust. / The motor pulls air through a hose, and a filter holds the dust back.
how does a washing machine^ work = It turns the clothes in water with soap and then spins them. / The drum moves clothes through soapy water, rinses them and spins the water out.
how does a submarine^ dive = It lets water into its tanks and becomes heavier. / Tanks fill with water to make the submarine sink, and air pushes the water out again to rise.
how does a sailing boat^ move = The wind pushes against the sails. / The sails catch the wind, and a keel keeps the boat on course.
how does a windmill^ work = The wind turns the arms, and the arms turn a machine. / Moving air pushes the blades, and their turning can grind grain or make electricity.
how does a key^ open a lock = The shape of the key lifts small pins inside the lock. / When all pins are at the right height, the lock can turn.
how does soap^ clean = Soap holds on to both grease and water. / Soap surrounds grease, so that water can wash it away.
how does a candle^ burn = The flame melts the wax, and the wick draws it up. / The heat turns wax into gas, and this gas burns.
how does rain^ form = Water rises as vapor, cools in the air and turns into drops. / Tiny drops in a cloud join together until they are heavy enough to fall.
how does paper^ get made = Wood is cut up, mixed with water, pressed flat and dried. / Factories turn wood into a wet pulp, spread it out thinly and dry it.
how does cheese^ get made = Milk is made thick, the liquid is taken out, and the rest is pressed. / Cheese makers add something that thickens milk, press it and let it ripen.
how does glass^ get made = Sand is heated until it melts and then cooled in a shape. / Very hot sand, with soda and lime, becomes liquid glass that can be blown or poured.
how does the heart^ work = The heart squeezes and pushes blood through the body. / It is a strong muscle that pumps blood about once every second.
how does an echo^ happen = Sound bounces off a hard surface and comes back. / When sound hits a wall or a cliff, it returns a moment later.
how does a rainbow^ form = Sunlight enters raindrops, bends and splits into colors. / Raindrops break white light into its colors and send them back to our eyes.
how does lightning^ form = Electricity builds up in a storm cloud and jumps to the ground or to another cloud. / Ice and drops rub together in the cloud and charge it until a spark jumps.
how does wind^ form = Air moves from places with high pressure to places with low pressure. / The sun heats some places more than others, and the air starts to move.
how does fog^ form = Damp air cools near the ground, and tiny drops appear. / Fog forms when moist air becomes cool enough for water to turn into drops.
how does yeast^ work = Yeast eats sugar and makes gas. / These tiny living things turn sugar into gas bubbles and a little alcohol.
how does a volcano^ form = Melted rock rises to the surface, cools and piles up. / Layer after layer of lava and ash builds a mountain.
how does a dam^ make electricity = Falling water turns a turbine. / The water behind the dam rushes through a pipe and turns machines that make power.
how does a greenhouse^ keep warm = Glass lets sunlight in and holds the warm air. / Sunlight warms the inside, and the glass stops the heat from leaving quickly.
how does the post^ work = Letters are collected, sorted by address and delivered. / You post a letter, it is sorted in a centre, and a postal worker brings it to the right door.
how does a library^ work = You get a card, borrow books and bring them back in time. / Members choose books, take them home for some weeks and return them.
how many days are in a year = A year has 365 days. / There are 365 days in a year. // A leap year has one more.
how many days are in a week = A week has seven days. / There are seven days in a week.
how many hours are in a day = A day has twenty-four hours. / There are twenty-four hours in a day.
how many minutes are in an hour = An hour has sixty minutes. / There are sixty minutes in an hour.
how many seconds are in a minute = A minute has sixty seconds. / There are sixty seconds in a minute.
how many months are in a year = A year has twelve months. / There are twelve months in a year.
how many weeks are in a year = A year has about fifty-two weeks. / There are fifty-two weeks and one or two days in a year.
how many legs does a spider have = A spider has eight legs. / Spiders have eight legs. // Insects have only six.
how many legs does an insect have = An insect has six legs. / Insects have six legs.
how many sides does a triangle have = A triangle has three sides. / There are three sides in a triangle.
how many sides does a square have = A square has four equal sides. / There are four sides, and all are the same length.
how many strings does a guitar have = Most guitars have six strings. / A guitar usually has six strings.
how many strings does a violin have = A violin has four strings. / There are four strings on a violin.
how many wheels does a bicycle have = A bicycle has two wheels. / There are two wheels on a bicycle.
how many arms does an octopus have = An octopus has eight arms. / There are eight arms on an octopus.
how many letters are in the English alphabet = The English alphabet has twenty-six letters. / There are twenty-six letters.
how many players are in a football team = A football team has eleven players on the field. / Eleven players of each team are on the field.
how many continents are there = There are seven continents. / People usually count seven continents: Africa, Antarctica, Asia, Australia, Europe, North America and South America.
how many planets are in the solar system = There are eight planets in the solar system. / Eight planets move around the sun.
how many seasons are there = There are four seasons: spring, summer, autumn and winter. / A year has four seasons in many parts of the world.
how many eggs are in a dozen = A dozen is twelve. / There are twelve eggs in a dozen.
how many centimetres are in a metre = A metre has one hundred centimetres. / One metre is one hundred centimetres.
how many grams are in a kilogram = A kilogram has one thousand grams. / One kilogram is one thousand grams.
how long does it take to boil an egg = A soft egg takes about six minutes, and a hard egg takes about ten. / Count six minutes for a soft yolk and ten for a firm one.
how long does the earth need to go around the sun = The earth needs about one year. / It takes about 365 days for one trip around the sun.
how long should I sleep = Most adults feel well with seven to nine hours of sleep. / Seven to nine hours are good for most adults. // Children need more.
how often should I water my plants = Water most plants when the top of the soil feels dry. / Many plants need water about once a week. // Touch the soil first.
how often should I brush my teeth = Brush your teeth twice a day. / Twice a day, for two minutes, is a good rule.
how often should I wash my sheets = Once every week or two is a good habit. / Most people wash their sheets every one or two weeks.
how much water should I drink = Many adults do well with about one and a half to two litres a day. / About six to eight glasses a day are enough for many people. // You need more when it is hot.
how hot is boiling water = Water boils at one hundred degrees Celsius at sea level. / Boiling water has a temperature of about one hundred degrees Celsius.
how cold is ice = Water freezes at zero degrees Celsius. / Ice has a temperature of zero degrees Celsius or less.
what is an adult^ = An adult is a grown-up person. / An adult is someone who is no longer a child.
what is a recipe^ = A recipe is a list of steps for cooking a dish. / A recipe tells you what you need and what to do to make a dish.
what is a neighbour^ = A neighbour is a person who lives near you. / Someone who lives next door or close by is a neighbour.
what is a hobby^ = A hobby is something you like to do in your free time. / A hobby is an activity that people do for fun.
what is a friend^ = A friend is a person whom you like and trust. / A friend is someone who enjoys your company and helps you.
what is a promise^ = A promise is when you say that you will surely do something. / To make a promise is to give your word.
what is a secret^ = A secret is something that only a few people know. / A secret is a thing that you do not tell others.
what is a holiday^ = A holiday is a time when people do not work or go to school. / A holiday is free time for rest or travel.
what is a birthday^ = A birthday is the day on which a person was born. / Each year on your birthday, you become one year older.
what is a wedding^ = A wedding is a celebration at which two people marry. / At a wedding, two people promise to share their lives.
what is a picnic^ = A picnic is a meal that people eat outdoors. / At a picnic, people take food along and eat it in nature.
what is a joke^ = A joke is a short story or line that makes people laugh. / A joke is something you say to be funny.
what is a question^ = A question is a sentence that asks for information. / We use a question when we want to know something.
what is a rule^ = A rule says what people should or should not do. / A rule is an instruction that many people follow.
what is a law^ = A law is a rule made by a state. / A law is a rule that everyone in a country must follow.
what is a country^ = A country is an area with its own people and government. / A country is a land with borders and laws.
what is a capital^ = A capital is the city where a country's government works. / The capital is the main city of a country.
what is a village^ = A village is a small group of houses in the countryside. / A village is a place that is smaller than a town.
what is a city^ = A city is a large town with many people. / A city is a place with many buildings, streets and people.
what is a map^ = A map is a drawing that shows where places are. / A map shows roads, rivers and towns from above.
what is a budget^ = A budget is a plan for spending money. / A budget shows how much money comes in and how much goes out.
what is a loan^ = A loan is money that you borrow and pay back later. / A bank gives a loan, and you return it with interest.
what is a bill^ = A bill shows how much money you have to pay. / A bill is a list of what you bought and what it costs.
what is a receipt^ = A receipt is a paper or message that proves you paid. / A receipt shows what you bought, when and for how much.
what is a refund^ = A refund is money that you get back. / A shop gives a refund when you return something or something went wrong.
what is a discount^ = A discount is a lower price for a time. / With a discount, you pay less than usual.
what is a warranty^ = A warranty is a promise to repair or replace a product for some time. / With a warranty, the maker fixes faults without charge.
what is a password^ = A password is a secret word that protects an account. / A password keeps other people out of your account. // A long one is safer.
what is an email^ = An email is a message sent from one computer to another. / An email is a letter that travels over the internet.
what is a website^ = A website is a set of pages on the internet. / A website is a place on the internet where you can read or buy things.
what is the internet^ = The internet is a network that connects computers all over the world. / It links millions of computers so that they can share information.
what is software^ = Software is the set of instructions that a computer follows. / Software is another word for computer programs.
what is a language model^ = A language model is a program that has learned to continue text. / It is a computer program that learned from text and can answer in words. // It can be wrong, so check important things.
what is gravity^ = Gravity is the force that pulls things towards the earth. / Gravity makes things fall and keeps us on the ground.
what is energy^ = Energy is the ability to do work or make heat. / Energy makes things move, glow or get warm.
what is electricity^ = Electricity is the flow of tiny charged particles. / Electricity is a form of energy that powers lamps and machines.
what is oxygen^ = Oxygen is a gas in the air that people and animals need to breathe. / Oxygen is a part of the air and keeps us alive.
what is temperature^ = Temperature tells how hot or cold something is. / We measure temperature with a thermometer in degrees.
what is a vitamin^ = A vitamin is a substance that the body needs in small amounts. / Vitamins come from food and keep us healthy.
what is a season^ = A season is one of the four parts of the year. / Spring, summer, autumn and winter are seasons.
what is spring^ = Spring is the season between winter and summer. / In spring, days get longer and flowers open.
what is summer^ = Summer is the warmest season of the year. / In summer, the days are long and warm.
what is autumn^ = Autumn is the season between summer and winter. / In autumn, leaves fall and many fruits are ripe.
what is winter^ = Winter is the coldest season of the year. / In winter, days are short and it may snow.
what is a mammal^ = A mammal is an animal that feeds its young with milk. / Mammals have warm blood and usually fur or hair.
what is a reptile^ = A reptile is a cold-blooded animal with dry scales. / Snakes, lizards and turtles are reptiles.
what is an insect^ = An insect is a small animal with six legs. / Insects have six legs and a body in three parts.
what is a noun^ = A noun is a word for a person, a place or a thing. / Words such as dog, house and music are nouns.
what is a verb^ = A verb is a word for an action or a state. / Words such as run, eat and be are verbs.
what is an adjective^ = An adjective is a word that describes a noun. / Words such as big, red and kind are adjectives.
what is a sentence^ = A sentence is a group of words that makes a complete thought. / A sentence begins with a capital letter and ends with a mark.
what is a poem^ = A poem is a short text that often uses rhythm and rhyme. / A poem plays with the sound and the meaning of words.
what is a fairy tale^ = A fairy tale is an old story with magic in it. / Fairy tales tell of kings, witches and talking animals.
what is a triangle^ = A triangle is a shape with three sides. / A triangle has three sides and three corners.
what is a circle^ = A circle is a perfectly round shape. / Every point of a circle is equally far from its centre.
what is an average^ = An average is the sum of some numbers divided by how many there are. / You find it by adding the numbers and dividing by their count.
what is courage^ = Courage is doing what is right although you are afraid. / Courage means facing danger or fear.
what is patience^ = Patience is the ability to wait calmly. / A person with patience does not get angry when things take long.
what is kindness^ = Kindness means being friendly and helpful. / Kindness is caring about how other people feel.
what is honesty^ = Honesty means telling the truth. / An honest person does not lie or cheat.
what is trust^ = Trust is the belief that someone is honest and reliable. / When you trust people, you feel safe with them.
what is teamwork^ = Teamwork means working together towards one goal. / In teamwork, everyone does a part of the task.
what is a volunteer^ = A volunteer is a person who helps without being paid. / Volunteers give their time to help others.
what is a tradition^ = A tradition is something that people have done in the same way for a long time. / Traditions are passed on from parents to children.
what is noise^ = Noise is sound that is loud or unwanted. / Noise is sound that disturbs people.
what is pollution^ = Pollution is harmful dirt in air, water or soil. / Pollution happens when waste or smoke makes nature dirty.
what is a shadow^ made of = A shadow is not made of anything; it is a place where light is blocked. / It is only an area without direct light.
what is snow^ made of = Snow is made of small ice crystals. / Snow is frozen water in the form of crystals.
what is honey^ made from = Honey is made from the nectar of flowers. / Bees make honey from nectar.
what is cheese^ made from = Cheese is made from milk. / Cheese comes from the milk of cows, goats or sheep.
what is bread^ made from = Bread is made from flour, water, salt and yeast. / You need flour, water, yeast and a little salt.
what is chocolate^ made from = Chocolate is made from cocoa beans, sugar and often milk. / The main part of chocolate comes from cocoa beans.
what is paper^ made from = Paper is made from wood. / Most paper comes from the fibres of trees.
what is the capital^ of France = The capital of France is Paris. / Paris is the capital of France.
what is the capital^ of Italy = The capital of Italy is Rome. / Rome is the capital of Italy.
what is the capital^ of Spain = The capital of Spain is Madrid. / Madrid is the capital of Spain.
what is the capital^ of Germany = The capital of Germany is Berlin. / Berlin is the capital of Germany.
what is the capital^ of Japan = The capital of Japan is Tokyo. / Tokyo is the capital of Japan.
what is the capital^ of Egypt = The capital of Egypt is Cairo. / Cairo is the capital of Egypt.
what is the capital^ of Canada = The capital of Canada is Ottawa. / Ottawa is the capital of Canada.
what is the capital^ of Norway = The capital of Norway is Oslo. / Oslo is the capital of Norway.
what is the capital^ of Portugal = The capital of Portugal is Lisbon. / Lisbon is the capital of Portugal.
what is the capital^ of Greece = The capital of Greece is Athens. / Athens is the capital of Greece.
what is the capital^ of Poland = The capital of Poland is Warsaw. / Warsaw is the capital of Poland.
what is the capital^ of Kenya = The capital of Kenya is Nairobi. / Nairobi is the capital of Kenya.
what is the capital^ of Peru = The capital of Peru is Lima. / Lima is the capital of Peru.
what is the largest land animal^ = The elephant is the largest land animal. / The largest land animal is the African elephant.
what is the largest animal^ = The blue whale is the largest animal. / The largest animal on earth is the blue whale.
what is the fastest land animal^ = The cheetah is the fastest land animal. / No land animal runs faster than the cheetah.
what is the tallest animal^ = The giraffe is the tallest animal. / No animal is taller than the giraffe.
what is the largest ocean^ = The Pacific is the largest ocean. / The largest ocean is the Pacific Ocean.
what is the largest planet^ = Jupiter is the largest planet of our solar system. / The largest planet is Jupiter.
what is the highest mountain^ = Mount Everest is the highest mountain above the sea. / The highest mountain is Mount Everest.
what is the first month^ of the year = January is the first month of the year. / The first month is January.
what is the last month^ of the year = December is the last month of the year. / The last month is December.
what is the shortest month^ = February is the shortest month. / The shortest month is February, with twenty-eight or twenty-nine days.
what are clouds^ made of = Clouds are made of tiny drops of water or ice. / A cloud is a mass of very small water drops.
what are stars^ = Stars are huge, hot balls of gas. / Stars are suns that are very far away.
what are the colors^ of the rainbow = The colors are red, orange, yellow, green, blue, indigo and violet. / A rainbow shows red, orange, yellow, green, blue, indigo and violet.
what are the five senses^ = The five senses are sight, hearing, smell, taste and touch. / They are seeing, hearing, smelling, tasting and touching.
what are the primary colors^ = In painting, the primary colors are red, yellow and blue. / Red, yellow and blue are the primary colors for painters.
what happens when water boils = The water turns into steam. / Bubbles rise, and the water becomes steam.
what happens when ice melts = The ice turns into liquid water. / Ice becomes water when it is warmer than zero degrees Celsius.
what happens when you mix blue and yellow = You get green. / Blue and yellow paint together make green.
what happens when you mix red and yellow = You get orange. / Red and yellow paint together make orange.
what happens when you mix red and blue = You get purple. / Red and blue paint together make purple.
what happens when you mix black and white = You get grey. / Black and white paint together make grey.
what happens to caterpillars = They turn into butterflies or moths. / A caterpillar changes inside a cocoon and becomes a butterfly or a moth.
what should I wear when it rains = Wear a raincoat and boots, and take an umbrella. / A raincoat and waterproof shoes will keep you dry.
what should I wear when it snows = Wear a warm coat, gloves, a hat and boots. / Put on warm layers, thick socks and boots.
what should I wear when it is hot = Wear light clothes and a hat. / Choose thin cotton clothes, sandals and a sun hat.
what should I do if I get lost = Stay calm and ask someone for the way. / Stop, look at a map and ask a friendly person for help.
what should I do if I cannot sleep = Put your phone away, breathe slowly and read something calm. / Try a warm drink, a dark room and slow breathing.
what should I do if I am bored = You could read, go for a walk or call a friend. / Try something new, such as drawing or baking. // A short walk often gives new ideas.
what should I pack for the beach = Take a towel, a swimsuit, sun cream, water and a hat. / Pack swimwear, a towel, sun cream, snacks and enough water.
what should I pack for a hike = Take water, snacks, a map, a rain jacket and a small first aid kit. / Pack water, food, warm clothes and a map.
what should I cook tonight = You could make pasta with tomato sauce and a salad. / How about a vegetable soup with fresh bread? // Both are quick and cheap.
what can I do on a rainy day = You could read, bake, play a board game or visit a museum. / A rainy day is good for baking, puzzles or a film.
what can I cook with eggs = You can make an omelette, pancakes or scrambled eggs. / Eggs are good boiled, fried or in an omelette.
what do plants need to grow = Plants need light, water, air and soil. / They need sunlight, water, air and food from the soil.
what do bees do in winter = Bees stay in the hive and keep each other warm. / In winter they eat their honey and form a warm ball.
what do astronauts eat = They eat packed food that keeps for a long time. / Astronauts eat dried or packed meals and add water to some of them.
what do vets do = Vets treat sick animals. / A vet helps animals to stay healthy or get well.
when do we^ say good morning = We say good morning before noon. / It is a greeting for the time between waking up and midday.
when do leaves grow = New leaves grow in spring. / Most trees grow new leaves in spring.
when is it^ best to plant tomatoes = Plant them outside in late spring, when there is no more frost. / Wait until the nights are mild, which is usually in late spring.
when should I use an umbrella = Use it when it rains. / Take an umbrella when rain is likely.
where does rain^ come from = Rain comes from clouds. / It falls from clouds that are made of tiny water drops.
where does milk^ come from = Milk comes from cows, goats or sheep. / Most milk comes from cows.
where does wool^ come from = Wool comes from sheep. / Farmers cut wool from sheep once a year.
where does honey^ come from = Honey comes from bees. / Bees make honey in their hives.
where does the sun^ rise = The sun rises in the east. / It comes up in the east and goes down in the west.
where does the sun^ set = The sun sets in the west. / It goes down in the west.
where do penguins live = Penguins live in the southern half of the world, mostly on cold coasts. / Most penguins live near the Antarctic.
where do polar bears live = Polar bears live in the Arctic. / They live in the far north, on ice and snow.
where do kangaroos live = Kangaroos live in Australia. / They live in the grasslands and forests of Australia.
where do bananas grow = Bananas grow in warm countries. / They grow on tall plants in the tropics.
where do potatoes grow = Potatoes grow under the ground. / They grow on the roots in the soil.
who makes laws = A parliament makes laws in many countries. / In many countries, elected people in a parliament make the laws.
who repairs cars = A mechanic repairs cars. / Cars are repaired by mechanics.
who repairs water pipes = A plumber repairs water pipes. / Call a plumber when a pipe leaks.
who looks after teeth = A dentist looks after teeth. / Dentists care for teeth.
"""

COMPARISONS = """
a river & a lake = A river flows towards the sea or a lake, while a lake is still water with land all around it. / The water of a river moves, but a lake stays in one place.
a lake & a sea = A lake is usually fresh water with land all around it, while a sea is larger and salty. / Lakes are mostly smaller and not salty; seas are large and salty.
a sea & an ocean = An ocean is much larger than a sea. / A sea is smaller and often partly closed in by land, while an ocean is vast.
a hill & a mountain = A mountain is higher and steeper than a hill. / A hill is low and easy to climb, while a mountain is high.
a town & a city = A city is larger than a town. / A town has fewer people and buildings than a city.
a town & a village = A village is smaller than a town. / A town has more people, shops and schools than a village.
a frog & a toad = A frog has smooth, wet skin and jumps far, while a toad has dry, bumpy skin and walks more. / Frogs live closer to water than toads.
a rabbit & a hare = A hare is larger, has longer ears and lives above the ground, while a rabbit digs burrows. / Rabbits are smaller than hares and live in burrows.
a turtle & a tortoise = A turtle lives mostly in water, while a tortoise lives on land. / A turtle swims with flippers; a tortoise walks on strong legs.
a crocodile & an alligator = A crocodile has a narrow, pointed mouth, while an alligator has a wide, round one. / You can tell them apart by the mouth: it is narrow in a crocodile and wide in an alligator.
a bee & a wasp = A bee is hairy and makes honey, while a wasp is smooth and has a thin waist. / Bees collect nectar and make honey; wasps do not.
a butterfly & a moth = A butterfly flies by day and is often colorful, while a moth mostly flies at night. / Butterflies rest with closed wings, moths often with open ones.
a leopard & a cheetah = A leopard is stronger and climbs trees, while a cheetah is slimmer and runs faster. / A cheetah is built for speed and a leopard for strength.
an insect & a spider = An insect has six legs, while a spider has eight. / Spiders have eight legs and no wings; insects have six legs.
a fruit & a vegetable = In the kitchen, fruits are usually sweet and vegetables are not. / Fruits hold the seeds of a plant, while vegetables are other parts such as roots and leaves.
tea & coffee = Tea is made from leaves, while coffee is made from roasted beans. / Coffee usually tastes stronger than tea and contains more caffeine.
butter & margarine = Butter is made from milk, while margarine is made from plant oils. / They look alike, but margarine comes mostly from plants.
jam & honey = Jam is made from fruit and sugar, while honey is made by bees. / People cook jam from fruit; bees make honey from nectar.
a cup & a glass = A cup has a handle and is used for hot drinks, while a glass is used for cold drinks. / Glasses are clear and for cold drinks; cups are for tea and coffee.
a cup & a mug = A mug is larger and thicker than a cup. / A cup is small and often has a saucer, while a mug stands alone.
a knife & a fork = A knife cuts food, while a fork picks it up. / You cut with a knife and lift food with a fork.
a plate & a bowl = A plate is flat, while a bowl is deep. / Use a bowl for soup and a plate for dry food.
a pot & a pan = A pot is deep and used for boiling, while a pan is flat and used for frying. / Boil pasta in a pot and fry eggs in a pan.
baking & frying = Baking uses the dry heat of an oven, while frying uses hot oil in a pan. / You bake bread in an oven and fry eggs in a pan.
a hammer & a screwdriver = A hammer drives in nails, while a screwdriver turns screws. / Use a hammer for nails and a screwdriver for screws.
a nail & a screw = A nail is smooth and is hit with a hammer, while a screw has a thread and is turned. / Screws hold more firmly and can be taken out again.
a pen & a pencil = A pen writes with ink, while a pencil writes with graphite. / You can erase pencil marks, but not ink.
a book & a newspaper = A book is bound and usually tells one story or subject, while a newspaper reports the news of the day. / Newspapers appear daily and books last for years.
a letter & an email = A letter is written on paper and sent by post, while an email is sent by computer. / An email arrives at once; a letter takes a day or more.
a bus & a train = A bus drives on roads, while a train runs on rails. / Trains are longer and often faster than buses.
a tram & a train = A tram runs through city streets, while a train travels between towns. / Trams stop often inside a city; trains go further.
a bicycle & a motorcycle = A bicycle is moved by your legs, while a motorcycle has an engine. / A motorcycle is heavier and faster than a bicycle.
a car & a truck = A car carries people, while a truck carries heavy goods. / Trucks are bigger and stronger than cars.
a boat & a ship = A ship is much larger than a boat. / A boat is small; a ship can cross oceans with many people or goods.
a plane & a helicopter = A plane needs a runway, while a helicopter can rise straight up. / Planes have wings and are faster; helicopters have turning blades.
a jacket & a coat = A coat is longer and warmer than a jacket. / Jackets are short and light; coats are for cold days.
a shoe & a boot = A boot covers the ankle, while a shoe does not. / Boots are higher and often warmer than shoes.
wool & cotton = Wool comes from sheep and is warm, while cotton comes from a plant and is light. / Cotton is cool and easy to wash; wool keeps you warm.
gold & silver = Gold is yellow and does not tarnish, while silver is grey-white and slowly turns dark. / Gold is usually more expensive than silver.
wood & metal = Wood comes from trees and burns, while metal is hard, strong and does not burn easily. / Metal is heavier and carries heat well; wood does not.
glass & plastic = Glass breaks easily and is heavy, while plastic is light and does not break so fast. / Glass is made from sand, plastic mostly from oil.
weather & climate = Weather is what happens today, while climate is the usual weather over many years. / Climate describes long periods; weather changes every day.
rain & snow = Rain is liquid water, while snow is frozen. / Both fall from clouds, but snow is made of ice crystals.
fog & mist = Fog is thicker than mist. / You can see further in mist than in fog.
a star & a planet = A star makes its own light, while a planet only reflects light. / Planets move around a star.
the sun & the moon = The sun is a star that makes light, while the moon reflects sunlight. / The sun is far larger and further away than the moon.
summer & winter = Summer is warm and has long days, while winter is cold and has short days. / In winter it is cold; in summer it is hot.
a doctor & a nurse = A doctor finds out what is wrong and decides on a treatment, while a nurse cares for patients day and night. / Both work with sick people, but they have different tasks.
a teacher & a student = A teacher explains things, while a student learns them. / Students learn from teachers.
a baker & a butcher = A baker makes bread, while a butcher sells meat. / You buy bread from a baker and meat from a butcher.
a library & a bookshop = You borrow books from a library, but you buy them in a bookshop. / A library lends books and a bookshop sells them.
a hotel & a campsite = In a hotel you sleep in a room, while at a campsite you sleep in a tent. / Hotels offer beds; campsites offer space for tents.
a theatre & a cinema = In a theatre, actors play on a stage, while a cinema shows films. / You watch plays in a theatre and films in a cinema.
borrow & lend = You borrow something from someone, and you lend something to someone. / To borrow is to take for a time; to lend is to give for a time.
hear & listen = To hear is to notice a sound, while to listen is to pay attention to it. / You hear without trying, but you listen on purpose.
a refund & an exchange = With a refund you get your money back, while with an exchange you get another item. / A refund returns the money; an exchange replaces the product.
a violin & a guitar = A violin is played with a bow, while a guitar is played with the fingers. / A violin has four strings and a guitar usually has six.
a poem & a story = A poem often uses rhythm and rhyme, while a story tells what happens to someone. / Stories are told in sentences; poems are written in lines.
breakfast & dinner = Breakfast is the first meal of the day, while dinner is eaten in the evening. / You eat breakfast in the morning and dinner in the evening.
"""

PROCEDURES = """
boil an egg = put the egg in a pot and cover it with water; bring the water to a boil; let the egg cook for six to ten minutes; cool it in cold water // Six minutes give a soft yolk.
fry an egg = heat a little butter in a pan; crack the egg into it; cook it until the white is firm; add salt and serve it // Low heat keeps the edges soft.
make tea = boil some water; put a tea bag in a cup; pour the hot water over it; wait three minutes and take the bag out // Add milk or sugar if you like.
make coffee = put a filter and ground coffee in the machine; fill in cold water; switch it on; pour the coffee when it is ready // One spoon for each cup is a good start.
cook rice = rinse the rice; add twice as much water as rice; bring it to a boil with a little salt; cover it and cook it gently for fifteen minutes // Let it rest for five minutes.
cook pasta = boil plenty of water with salt; add the pasta; stir it and cook it for about ten minutes; pour off the water // Taste a piece before you stop.
make a sandwich = take two slices of bread; spread butter on them; add cheese, salad or anything you like; put the slices together and cut them in half // Fresh bread makes it better.
make a salad = wash the lettuce and vegetables; cut them into small pieces; mix oil, lemon juice and salt; pour this over the salad and toss it // Add nuts for a little crunch.
make soup = chop an onion and some vegetables; fry them for a few minutes; add water or stock and cook it for twenty minutes; add salt and pepper // You can blend it for a smooth soup.
make pancakes = mix flour, milk and eggs; heat some butter in a pan; pour in a little batter and turn it once; serve it with sugar or fruit // The first one is rarely the best.
make an omelette = beat three eggs with salt; melt butter in a pan; pour in the eggs and let them set; fold the omelette and serve it // Cheese or herbs taste good inside.
bake bread = mix flour, yeast, salt and warm water; knead the dough for ten minutes; let it rise for an hour; bake it in a hot oven for about forty minutes // It is done when it sounds hollow underneath.
bake a cake = mix butter, sugar and eggs; stir in flour and baking powder; pour the batter into a tin; bake it for about forty minutes // Test the middle with a wooden stick.
make lemonade = squeeze some lemons; stir the juice with sugar; add cold water; serve it with ice // Mint leaves make it even fresher.
make hot chocolate = warm some milk; stir in cocoa and sugar; keep stirring until it is smooth; pour it into a mug // Do not let the milk boil over.
bake potatoes = wash the potatoes; prick them with a fork; put them in a hot oven for about an hour; serve them with butter // They are done when a knife goes in easily.
make mashed potatoes = peel and cut the potatoes; boil them for twenty minutes; pour off the water; mash them with butter and milk // Add a little salt at the end.
make jam = wash the fruit and cut it up; add the same weight of sugar; boil it for several minutes while stirring; fill it into clean jars // Close the jars while they are hot.
peel garlic = press the clove with the flat side of a knife; pull off the loose skin; cut off the hard end // Warm water makes it easier.
chop an onion = cut it in half and peel it; lay it flat side down; make cuts in one direction; then cut across them // Keep your fingertips tucked in.
set the table = put a plate at each place; lay the fork on the left and the knife on the right; place a glass above the knife; add napkins // A small vase of flowers looks nice.
wash the dishes = fill the sink with warm water and soap; wash the glasses first; then wash plates and pots; rinse and dry everything // Let burnt pots soak for a while.
wash a jacket = read the care label; empty the pockets and close the zip; wash it gently at a low temperature; hang it up to dry // Do not use too much soap.
wash a sweater = fill a bowl with cool water and mild soap; press the sweater gently in it; rinse it well; dry it flat on a towel // Hot water can make wool shrink.
iron a shirt = heat the iron to the right level; start with the collar; iron the sleeves and then the body; hang the shirt up at once // A little water removes hard creases.
remove a stain = dab the stain with a clean cloth; put a little soap on it; wait ten minutes; rinse it with cold water // Do not rub too hard.
fold a shirt = lay it face down; fold both sides to the middle; fold the sleeves back; fold the bottom up // Smooth it with your hand.
sew on a button = pull thread through a needle and make a knot; push the needle up through the cloth and a hole; go up and down several times; tie the thread at the back // Use a color that matches.
tie a knot = make a loop with the rope; pass the end through the loop; pull both ends tight // Practise with a thick rope first.
tie my shoes = cross the laces and pull them tight; make a loop with one lace; wrap the other lace around it; pull the second loop through // Pull both loops to finish.
tie a tie = put the tie around your neck with the wide end longer; cross the wide end over the narrow end; bring it up through the neck and down through the front loop; pull it tight // Look in a mirror while you do it.
pack a bag = make a list of what you need; put heavy things at the bottom; roll up your clothes; keep important papers at the top // Leave a little space free.
pack a suitcase = lay out everything you need; put shoes at the bottom; roll clothes to save space; fill the gaps with socks // Weigh it before you leave.
pack a parcel = choose a strong box; wrap the item in paper; fill empty space so that nothing moves; close it with tape and write the address // Shake it gently to test it.
write a letter = write the date and a greeting; say why you are writing; add the details; end with a kind closing and your name // Read it once before sending it.
write an email = write a clear subject; greet the person; explain in a few sentences what you need; close politely with your name // Short emails are answered faster.
write a shopping list = look at what is left in the kitchen; plan the meals of the week; write down what is missing; sort the list by shop section // Do not forget soap and paper.
write a story = choose a character and a place; think of a problem; tell how the character tries to solve it; give the story a clear ending // Read it aloud to find mistakes.
write a poem = choose a subject; collect words and pictures in your mind; write short lines; read them aloud and change what sounds wrong // It does not have to rhyme.
write a thank-you note = greet the person; say what you are thankful for; tell how it helped you; end with warm wishes // Two or three sentences are enough.
plan a picnic = choose a place and a day; decide who brings what; pack food, drinks and a blanket; check the weather // Take a bag for the rubbish.
plan a trip = decide where and when to go; set a budget; book the journey and a place to sleep; make a packing list // Leave some time free for surprises.
plan a party = choose a date and invite your guests; plan food, drinks and music; decorate the room; ask a friend to help // Tell your neighbours before.
plan my week = write down all fixed dates; list your most important tasks; give each task a day; leave time for rest // Check your plan every evening.
save money = write down what you spend; set a monthly limit; compare prices before you buy; put a fixed sum aside // Small amounts add up over a year.
learn a language = learn a few words every day; listen to easy texts; speak from the first week; repeat often // Ten minutes a day are better than two hours once a week.
learn to swim = start in shallow water with a teacher; practise breathing out under water; learn to float; then add the arm and leg movements // Never swim alone as a beginner.
ride a bicycle = sit on the saddle and hold the handlebars; push off with one foot; put both feet on the pedals; look ahead and keep pedalling // Wear a helmet and use a quiet street.
fix a flat tyre = take the wheel off; pull out the inner tube and find the hole; clean it and glue a patch on; put everything back and pump it up // Check the tyre for glass first.
change a light bulb = switch off the light; let the old bulb cool; turn it out carefully; screw in the new one // Make sure the ladder stands firmly.
change a battery = open the cover; take the old battery out; put the new one in with plus and minus in the right place; close the cover // Take the old one to a collection box.
hang a picture = mark the place with a pencil; hammer a nail in at a slight angle; hang the picture on it; check that it is straight // Measure twice.
paint a wall = cover the floor and tape the edges; stir the paint; paint the corners with a brush; roll the rest in even strips // Two thin coats look better than a thick one.
clean a window = wipe the dust off; wash the glass with water and a little soap; pull the water off from top to bottom; dry the edges with a cloth // A cloudy day is best.
clean the floor = sweep the floor first; fill a bucket with warm water and cleaner; mop from the far corner to the door; let it dry // Move the chairs before you start.
clean a fridge = take all the food out; remove the shelves and wash them; wipe the inside with warm water; dry it and put the food back // Throw away what is too old.
make a bed = pull the sheet tight; shake the pillows; lay the blanket over the bed; smooth it with your hands // Let the bed air for a while first.
tidy my room = collect the rubbish; put clothes where they belong; clear the desk; wipe the dust and sweep the floor // Set a timer for twenty minutes.
plant a tree = dig a hole twice as wide as the roots; set the tree in it; fill in the soil and press it down; water it well // Autumn is a good time for it.
plant seeds = fill a pot with soil; put the seeds in; cover them with a little soil; water them and keep them warm // Write the name on the pot.
grow tomatoes = sow the seeds indoors in spring; move the small plants to bigger pots; plant them outside after the last frost; water them often and tie them to a stick // They love sun.
water plants = feel the soil; pour water slowly around the stem; stop when water comes out below; empty the saucer // Morning is the best time.
care for a cat = give it fresh water and food every day; clean its box; play with it; take it to the vet once a year // Give it a quiet place to sleep.
care for a dog = walk it several times a day; feed it at fixed times; brush its fur; take it to the vet for checks // Praise works better than shouting.
care for a goldfish = use a large tank; change a part of the water every week; feed it a little once a day; keep it out of the sun // Too much food makes the water dirty.
build a campfire = choose a safe place away from trees; make a ring of stones; put dry twigs in the middle and larger wood around them; light it and watch it // Put it out with water at the end.
put up a tent = find flat ground; spread the tent out; fit the poles together and raise it; fix the corners with pegs // Clear away stones first.
read a map = turn the map so that north points north; find where you are; find where you want to go; follow roads and signs // Check the scale for distances.
take a good photo = hold the camera still; have the light behind you; keep the background simple; take several pictures // Come closer to what you want to show.
stay healthy = eat plenty of vegetables; move every day; sleep enough; take breaks and meet friends // A doctor can answer questions about your own health.
fall asleep faster = go to bed at the same time every day; put screens away an hour before; keep the room dark and cool; breathe slowly // Avoid coffee in the evening.
stay warm in winter = wear several thin layers; cover your head and hands; drink something warm; keep moving // Dry your clothes if they get wet.
stay cool in summer = stay in the shade at noon; drink enough water; wear light clothes; close the curtains during the day // A wet cloth on the neck helps.
treat a small cut = wash your hands; rinse the cut with clean water; press a clean cloth on it; cover it with a plaster // See a doctor if it is deep.
make new friends = join a club or a class; smile and ask questions; listen to the answers; suggest meeting again // It takes time, so be patient.
say sorry = say clearly what you did; say that you are sorry; offer to make it right; try not to do it again // Do not explain it away.
prepare for an interview = read about the company; practise answers to common questions; choose clean clothes; arrive ten minutes early // Bring questions of your own.
prepare for an exam = make a plan; study a little each day; test yourself; sleep well the night before // Take short breaks.
remember names = listen well; repeat the name aloud; link it to a picture; use it again when you say goodbye // Ask again if you forgot it.
give a speech = write down your main points; practise aloud; speak slowly and look at the people; end with a clear sentence // A glass of water helps.
be more organised = write tasks down; do the most important one first; give every thing a fixed place; tidy up each evening // Start with one habit.
calm down = stop what you are doing; breathe in slowly and breathe out longer; name what you feel; take a short walk // Talk to someone you trust.
wrap a gift = cut enough paper; place the gift in the middle; fold the paper over it and tape it; fold the ends and tape them too // A ribbon hides small mistakes.
make a paper plane = fold a sheet in half lengthwise; fold the top corners to the middle; fold them once more; bend the wings down // Throw it gently.
make a snowman = roll a big ball of snow; roll two smaller ones; stack them; add stones, a carrot and a hat // Wet snow sticks best.
fly a kite = wait for a steady wind; stand with your back to the wind; let the kite rise and give it string; pull gently to steer it // Stay away from power lines.
choose a good melon = look for one without soft spots; lift it, for it should be heavy; tap it and listen for a deep sound; smell the end // A ripe one smells sweet.
send a parcel = pack it well; write the address clearly; take it to the post office; pay and keep the receipt // Ask for a tracking number.
return a product = find your receipt; pack the product in its box; fill in the return form; send it or take it to the shop // Keep proof of posting.
make a strong password = use at least twelve characters; mix words, numbers and signs; do not use your name; choose a new one for each account // A password manager can remember them.
back up my files = get an external drive or online storage; choose the folders that matter; copy them; repeat it every week // Test whether you can open the copies.
clean a keyboard = switch it off or unplug it; turn it over and shake it; wipe the keys with a slightly damp cloth; let it dry // A soft brush reaches the gaps.
catch a train on time = look up the timetable; plan ten extra minutes; buy the ticket before; be on the platform early // Check for changes on the day.
find a lost key = think about when you last had it; look in your pockets and bags; search one room after another; ask others // Look under the sofa too.
"""

OPENERS = (
    "",
    "",
    "",
    "",
    "",
    "",
    "Good question! ",
    "Sure. ",
    "Of course. ",
    "That is a nice question. ",
    "Happy to explain. ",
    "Here is a short answer. ",
    "Let me explain. ",
)
CLOSERS = (
    "",
    "",
    "",
    "",
    "",
    "",
    " I hope that helps.",
    " Let me know if you want to know more.",
    " Does that help?",
    " Ask me if anything is unclear.",
    " That is the main idea.",
)
INDIRECT = (
    "Can you tell me {q}?",
    "Could you explain {q}?",
    "I want to know {q}.",
    "I'd like to know {q}.",
    "Please explain {q}.",
    "Do you know {q}?",
    "I never understood {q}.",
    "Explain {q}.",
    "Can you explain to me {q}?",
    "Tell me {q}.",
    "Any idea {q}?",
    "I wonder {q}.",
    "Could you please tell me {q}?",
    "Explain to a child {q}.",
    "In one or two sentences, explain {q}.",
    "My friend asked me {q}.",
    "Would you tell me {q}?",
)
PROC_ASK = (
    "How do I {p}?",
    "How can I {p}?",
    "What's the best way to {p}?",
    "Can you tell me how to {p}?",
    "I need to {p}. Any advice?",
    "How should I {p}?",
    "What do I have to do to {p}?",
    "Please explain how to {p}.",
    "I want to {p}. Where do I start?",
    "Could you help me {p}?",
    "Can you help me {p}?",
    "Give me the steps to {p}.",
    "I have never tried to {p}. How does it work?",
    "What is an easy way to {p}?",
    "I'd like to {p}. What do I do?",
    "Tell me how to {p}.",
    "How does one {p}?",
    "Any tips on how to {p}?",
    "What are the steps to {p}?",
    "Teach me how to {p}.",
    "how to {p}?",
    "I don't know how to {p}.",
    "Is there a simple way to {p}?",
    "Write short instructions on how to {p}.",
    "Could you show me how to {p}?",
)
PROC_OPEN = (
    "",
    "",
    "",
    "Sure! ",
    "Of course. ",
    "Gladly. ",
    "Here is a simple way. ",
    "That is easy. ",
    "No problem. ",
    "Here is how to {p}. ",
    "To {p}, follow these steps. ",
    "Happy to help. ",
)
COMPARE_ASK = (
    "What is the difference between {a} and {b}?",
    "How is {a} different from {b}?",
    "What's the difference between {a} and {b}?",
    "Can you explain the difference between {a} and {b}?",
    "How do {a} and {b} differ?",
    "Compare {a} and {b}.",
    "I always mix up {a} and {b}. What is the difference?",
    "Are {a} and {b} the same?",
    "Is there a difference between {a} and {b}?",
    "In what way is {a} not the same as {b}?",
    "Please explain how {a} and {b} differ.",
    "{a} or {b}: what is the difference?",
)


def _parse(table: str) -> list[tuple[str, list[str], str]]:
    """(key, wordings, extra sentence or "") for each line of a table. Raises ValueError on a line without " = "."""
    out = []
    for line in table.strip().splitlines():
        if " = " not in line:
            raise ValueError(f"no ' = ' in fact line: {line}")
        key, _, rest = line.partition(" = ")
        body, _, extra = rest.partition(" // ")
        out.append((key, body.split(" / "), extra))
    return out


FACT_LIST = _parse(FACTS)
COMPARE_LIST = _parse(COMPARISONS)
PROC_LIST = _parse(PROCEDURES)


def indirect(marked: str) -> str:
    """The indirect form of a marked question: "why is the sky^ blue" gives "why the sky is blue"."""
    tokens = marked.split(" ")
    at = next((i for i, t in enumerate(tokens) if t in ("is", "are", "do", "does", "can")), None)
    if at is None or tokens[0] == "who" or (" does " in marked and "^" not in marked) or "should" in marked:
        return marked.replace("^", "") if tokens[0] == "who" or "happens" in marked else ""
    aux = tokens[at]
    head = " ".join(tokens[:at])
    rest = " ".join(tokens[at + 1 :])
    if tokens[:2] == ["how", "many"]:
        return marked.replace("^", "")
    if "^" not in rest:
        return f"{head} {rest}" if aux == "do" else ""
    subject, _, tail = rest.partition("^")
    tail = tail.strip()
    if aux == "do":
        return f"{head} {subject} {tail}".strip()
    if aux == "does":
        return f"{head} {subject} {w.third_person(tail)}"
    if tail.startswith("of "):
        return f"{head} {subject} {tail} {aux}"
    return f"{head} {subject} {aux} {tail}".strip()


def _answer(rng: random.Random, wordings: list[str], extra: str) -> str:
    """One wording, or two of them in a row, with an optional opener, extra sentence and closer."""
    r = rng.random()
    body = " ".join(wordings) if len(wordings) == 2 and r < 0.12 else rng.choice(wordings)
    if extra and rng.random() < 0.55:
        body += " " + extra
    return rng.choice(OPENERS) + body + rng.choice(CLOSERS)


def fact(rng: random.Random) -> dict:
    """A how/why/what question with its explanation, as chat, or as a short paragraph of text."""
    key, wordings, extra = rng.choice(FACT_LIST)
    direct = w.cap(key.replace("^", "")) + "?"
    ind = indirect(key)
    question = rng.choice(INDIRECT).format(q=ind) if ind and rng.random() < 0.5 else direct
    if rng.random() < 0.12:
        return {"text": f"{direct} {_answer(rng, wordings, extra).removeprefix('Sure. ')}"}
    turns = [w.vary(rng, question), _answer(rng, wordings, extra)]
    if rng.random() < 0.22:
        turns += [w.vary(rng, rng.choice(THANKS)), rng.choice(WELCOME)]
    elif rng.random() < 0.25:
        turns += _second_question(rng)
    return w.chat(rng, *turns)


THANKS = (
    "Thank you!",
    "Thanks!",
    "Great, thanks.",
    "Ah, now I see.",
    "Thanks a lot.",
    "That helps, thank you.",
    "Good to know.",
    "Interesting!",
    "Cool, thanks",
    "I did not know that.",
    "Perfect, thanks!",
    "That makes sense.",
    "ok thanks",
    "Nice, thank you.",
)
WELCOME = (
    "You're welcome!",
    "You are welcome. Have a nice day!",
    "Glad I could help.",
    "My pleasure.",
    "Any time!",
    "Happy to help.",
    "You're welcome. Ask me if you want to know anything else.",
    "I'm glad that was useful.",
    "No problem at all.",
    "You are very welcome. Is there anything else you would like to know?",
)


def _second_question(rng: random.Random) -> list[str]:
    """A second, unrelated fact as turns three and four."""
    key, wordings, extra = rng.choice(FACT_LIST)
    lead = rng.choice(("And ", "Okay, and ", "Thanks. And ", "", "Another one: ", "Next question: "))
    question = key.replace("^", "") + "?"
    return [w.vary(rng, lead + question if lead else w.cap(question), affix=False), _answer(rng, wordings, extra)]


def comparison(rng: random.Random) -> dict:
    """The difference between two things, from the table or made from two entities of one kind."""
    if rng.random() < 0.6:
        key, wordings, extra = rng.choice(COMPARE_LIST)
        a, _, b = key.partition(" & ")
        answer = _answer(rng, wordings, extra)
    else:
        a, b, answer = _made_comparison(rng)
    question = rng.choice(COMPARE_ASK).format(a=a, b=b)
    if question.startswith("Are "):
        answer = rng.choice(("No. ", "No, they are different. ", "Not quite. ")) + answer
        for opener in OPENERS:
            answer = answer.replace(opener, "", 1) if opener else answer
    return w.chat(rng, w.vary(rng, w.cap(question)), answer)


def _made_comparison(rng: random.Random) -> tuple[str, str, str]:
    """Two entities of one table and a sentence that sets one true attribute of each against the other."""
    table = rng.choice((w.OBJECT_LIST, w.ANIMAL_LIST, w.JOB_LIST, w.PLACE_LIST, w.FOOD_LIST))
    x, y = rng.sample(table, 2)
    link = rng.choice((", while ", ", but ", ", and "))
    if table is w.OBJECT_LIST:
        one, two = (f"{e.a} {e.verb} used to {e.facts['use']}" for e in (x, y))
    elif table is w.ANIMAL_LIST:
        key, verb = rng.choice((("eats", "eats "), ("looks", "has "), ("special", ""), ("home", "lives ")))
        one, two = (f"{e.a} {verb}{e.facts[key]}" for e in (x, y))
    elif table is w.JOB_LIST:
        one, two = (f"{e.a} {e.facts['does']}" for e in (x, y))
    elif table is w.PLACE_LIST:
        one, two = (f"people go to {w.with_article(e.name)} to {e.facts['use']}" for e in (x, y))
    else:
        one, two = (f"{e.many} {'taste' if e.form == 'count' else 'tastes'} {e.facts['taste']}" for e in (x, y))
    return x.a, y.a, w.cap(f"{one}{link}{two}.")


def _numbered(steps: list[str]) -> str:
    return "\n".join(f"{i}. {w.cap(s)}." for i, s in enumerate(steps, 1))


def _prose(rng: random.Random, steps: list[str]) -> str:
    """Steps as sentences with order words."""
    first = rng.choice(("First, ", "Start like this: ", "To begin, ", ""))
    middles = rng.sample(("Then ", "Next, ", "After that, ", "Now "), 3)
    last = rng.choice(("Finally, ", "At the end, ", "Lastly, ", "Then "))
    parts = []
    for i, step in enumerate(steps):
        clean = step.removeprefix("then ")
        lead = first if i == 0 else last if i == len(steps) - 1 else middles[(i - 1) % 3]
        parts.append(w.cap(lead + clean) + ".")
    return " ".join(parts)


def _for_you(text: str) -> str:
    return text.replace(" my ", " your ")


def procedure(rng: random.Random) -> dict:
    """How to do an everyday task: steps as prose or as a numbered list, sometimes with a follow-up question."""
    key, (body,), extra = rng.choice(PROC_LIST)
    steps = body.split("; ")
    opener = rng.choice(PROC_OPEN).format(p=_for_you(key))
    numbered = rng.random() < 0.3
    if numbered:
        opener = opener or rng.choice(("Here are the steps. ", "Follow these steps. "))
        answer = opener.strip() + "\n" + _numbered([s.removeprefix("then ") for s in steps])
        if extra and rng.random() < 0.5:
            answer += "\n" + extra
    else:
        answer = opener + _prose(rng, steps)
        if extra and rng.random() < 0.6:
            answer += " " + extra
    turns = [w.vary(rng, rng.choice(PROC_ASK).format(p=key)), answer]
    r = rng.random()
    if r < 0.12 and extra:
        turns += [
            w.vary(
                rng,
                rng.choice(
                    ("Any other tip?", "Do you have a tip?", "Anything I should know?", "One more tip, please.")
                ),
                False,
            ),
            rng.choice(("Yes. ", "One tip: ", "Here is one. ", "")) + extra,
        ]
    elif r < 0.24:
        turns += [
            w.vary(rng, rng.choice(("What was the first step?", "What do I do first?", "How do I start?")), False),
            rng.choice(("First, ", "You start like this: ", "The first step is this: ")) + steps[0] + ".",
        ]
    elif r < 0.34:
        turns += [
            w.vary(rng, rng.choice(("And the last step?", "What comes last?", "What do I do at the end?")), False),
            rng.choice(("At the end, ", "Finally, ", "The last step is this: "))
            + steps[-1].removeprefix("then ")
            + ".",
        ]
    elif r < 0.44:
        turns += [w.vary(rng, rng.choice(THANKS), affix=False), rng.choice(WELCOME)]
    return w.chat(rng, *turns)


def _object_pair(rng: random.Random) -> tuple[str, str]:
    e = rng.choice(w.OBJECT_LIST)
    a, be, f = e.a, e.verb, e.facts
    it = e.it
    does = "do" if e.form == "plural" else "does"
    kind = w.with_article(f["kind"])
    use = f["use"]
    ask = rng.randrange(6)
    if ask == 0:
        q = rng.choice(
            (
                "What {be} {a} for?",
                "What {be} {a} used for?",
                "What do you use {a} for?",
                "What can I do with {a}?",
                "Why do people need {a}?",
                "What {does} {a} do?",
                "Tell me what {a} {be} for.",
                "What is the purpose of {a}?",
                "What would I need {a} for?",
                "When do you need {a}?",
                "Why would I use {a}?",
            )
        )
        ans = rng.choice(
            (
                f"{a} {be} used to {use}.",
                f"People use {a} to {use}.",
                f"You use {a} to {use}.",
                f"With {a}, you can {use}.",
                f"{a} {be} for {w.gerund(use)}.",
                f"You need {a} when you want to {use}.",
                f"{a} helps you {use}." if e.form != "plural" else f"{a} help you {use}.",
            )
        )
    elif ask == 1:
        q = rng.choice(
            (
                "Where do you find {a}?",
                "Where can I find {a}?",
                "Where would I look for {a}?",
                "Where {be} {a} usually kept?",
                "Where do people keep {a}?",
            )
        )
        ans = rng.choice(
            (
                f"You can find {a} {f['place']}.",
                f"{a} {be} usually found {f['place']}.",
                f"You will often find {a} {f['place']}.",
            )
        )
    elif ask == 2:
        q = rng.choice(
            (
                "What {be} {a} made of?",
                "What material {be} {a} made of?",
                "What do people make {a} from?",
                "Do you know what {a} {be} made of?",
            )
        )
        ans = rng.choice(
            (
                f"{a} {be} usually made of {f['made']}.",
                f"{a} {be} made of {f['made']}.",
                f"Mostly, {it} {be} made of {f['made']}.",
            )
        )
    elif ask == 3:
        q = rng.choice(
            (
                "What {does} {a} look like?",
                "Describe {a}.",
                "How would you describe {a}?",
                "Can you describe {a}?",
                "How can I recognise {a}?",
            )
        )
        body = f["looks"]
        ans = (
            (f"{a} looks like this: {body}." if e.form != "plural" else f"{a} look like this: {body}.")
            if rng.random() < 0.5
            else f"Think of this: {body}."
        )
        ans += rng.choice(("", f" {it} {be} used to {use}.", f" You use {'them' if it == 'they' else 'it'} to {use}."))
    elif ask == 4:
        q = rng.choice(
            (
                "What {be} {a}?",
                "Define {n}.",
                "What do you know about {m}?",
                "Tell me about {m}.",
                "Explain what {a} {be}.",
                "What does the word {n} mean?",
                "Can you tell me what {a} {be}?",
                "I don't know what {a} {be}.",
            )
        )
        ans = rng.choice(
            (
                f"{a} {be} {'' if be == 'are' else kind + ' '}{'things' if be == 'are' else ''} that you use to {use}."
                if be == "are"
                else f"{a} is {kind} that you use to {use}.",
                f"{a} {be} used to {use}.",
            )
        )
        ans += rng.choice(
            ("", f" {it} {be} made of {f['made']}.", f" You can find {'them' if it == 'they' else 'it'} {f['place']}.")
        )
    else:
        q = rng.choice(
            (
                "What can I use to {use}?",
                "What do I need to {use}?",
                "I want to {use}. What do I need?",
                "Which thing helps me {use}?",
                "What do people use to {use}?",
                "What is used to {use}?",
                "Name something that you use to {use}.",
            )
        )
        ans = rng.choice(
            (
                f"You can use {a} to {use}.",
                f"You need {a} for that.",
                f"{a} {be} right for that.",
                f"People use {a} to {use}.",
                f"To {use}, you can use {a}.",
            )
        )
    return w.cap(q.format(be=be, a=a, does=does, n=e.name, m=e.many, use=use)), _caps(ans)


def _caps(text: str) -> str:
    """Capital letters at sentence starts after templates put lower-case nouns there."""
    return ". ".join(w.cap(part) for part in text.split(". "))


def _animal_pair(rng: random.Random) -> tuple[str, str]:
    e = rng.choice(w.ANIMAL_LIST)
    a, m, f = e.a, e.many, e.facts
    ask = rng.randrange(7)
    if ask == 0:
        q = rng.choice(
            (
                f"What does {a} eat?",
                f"What do {m} eat?",
                f"What is the food of {a}?",
                f"What should {a} eat?",
                f"Do you know what {m} eat?",
            )
        )
        ans = rng.choice((f"{a} eats {f['eats']}.", f"{m} eat {f['eats']}.", f"They mostly eat {f['eats']}."))
    elif ask == 1:
        q = rng.choice(
            (
                f"Where does {a} live?",
                f"Where do {m} live?",
                f"Where can I see {a}?",
                f"Where would I find {m}?",
                f"In what place do {m} live?",
            )
        )
        ans = rng.choice((f"{a} lives {f['home']}.", f"{m} live {f['home']}.", f"You can find {m} {f['home']}."))
    elif ask == 2:
        q = rng.choice(
            (f"What does {a} look like?", f"Describe {a}.", f"How can I recognise {a}?", f"What do {m} look like?")
        )
        ans = rng.choice(
            (
                f"{a} has {f['looks']}.",
                f"You can recognise {a} by {f['looks']}.",
                f"An animal with {f['looks']} may be {a}.",
            )
        )
    elif ask == 3:
        q = rng.choice(
            (
                f"What is special about {a}?",
                f"Tell me something about {m}.",
                f"Tell me a fact about {m}.",
                f"What do you know about {m}?",
                f"Say something interesting about {a}.",
                f"What can you tell me about {m}?",
                f"Give me a fun fact about {m}.",
            )
        )
        ans = rng.choice(
            (
                f"{a} {f['special']}.",
                f"{a} has {f['looks']}, and it {f['special']}.",
                f"{a} lives {f['home']} and {f['special']}.",
            )
        )
    elif ask == 4:
        q = rng.choice(
            (
                f"What is a young {e.name} called?",
                f"What do you call a baby {e.name}?",
                f"What is the name of a baby {e.name}?",
            )
        )
        ans = rng.choice(
            (f"A young {e.name} is called {w.with_article(f['young'])}.", f"You call it {w.with_article(f['young'])}.")
        )
    elif ask == 5:
        q = rng.choice(
            (
                f"What kind of animal is {a}?",
                f"What is {a}?",
                f"Is {a} {w.with_article(f['kind'])}?",
                f"Explain what {a} is.",
            )
        )
        start = "Yes, " if q.startswith("Is ") else ""
        kind = "animal" if f["kind"] == e.name else f["kind"]
        ans = start + rng.choice(
            (
                f"{a} is {w.with_article(kind)} that lives {f['home']}.",
                f"{a} is {w.with_article(kind)}. It has {f['looks']}.",
            )
        )
    else:
        other = rng.choice(("mammal", "bird", "fish", "insect", "reptile"))
        q = rng.choice((f"Is {a} {w.with_article(other)}?", f"Are {m} {w.plural(other)}?"))
        yes = other == f["kind"]
        ans = (
            f"Yes, {a} is {w.with_article(other)}."
            if yes
            else f"No, {a} is not {w.with_article(other)}. It is {w.with_article(f['kind'])}."
        )
    return w.cap(q), _caps(ans)


def _food_pair(rng: random.Random) -> tuple[str, str]:
    e = rng.choice(w.FOOD_LIST)
    m, f = e.many, e.facts
    s = "" if e.form == "count" else "s"
    are = "are" if e.form == "count" else "is"
    do = "do" if e.form == "count" else "does"
    it = "They" if e.form == "count" else "It"
    ask = rng.randrange(6)
    if ask == 0:
        q = rng.choice((f"What color {are} {m}?", f"What is the color of {e.a}?", f"Which color {do} {m} have?"))
        ans = rng.choice((f"{m} {are} usually {f['color']}.", f"{it} {are} usually {f['color']}."))
        if f["color"] == "many colors":
            ans = f"{m} can have many colors."
    elif ask == 1:
        q = rng.choice((f"How {do} {m} taste?", f"What {do} {m} taste like?", f"Describe the taste of {m}."))
        ans = rng.choice((f"{m} taste{s} {f['taste']}.", f"{it} taste{s} {f['taste']}."))
    elif ask == 2:
        q = rng.choice(
            (
                f"How do people eat or use {m}?",
                f"What can I do with {m}?",
                f"What {are} {m} good for?",
                f"How {are} {m} used?",
            )
        )
        ans = rng.choice((f"{m} {are} often {f['used']}.", f"{it} {are} {f['used']}."))
    elif ask == 3 and f["grows"]:
        q = rng.choice((f"Where {do} {m} grow?", f"How {do} {m} grow?", f"Do you know where {m} grow{s}?"))
        ans = rng.choice((f"{m} grow{s} {f['grows']}.", f"{it} grow{s} {f['grows']}."))
    elif ask == 4:
        q = rng.choice((f"What {are} {m}?", f"What kind of food {are} {m}?", f"Tell me about {m}."))
        ans = f"{e.a} is {w.with_article(f['kind'])}. {it} taste{s} {f['taste']} and {are} {f['used']}."
    else:
        q = rng.choice((f"Do you like {m}?", f"Have you ever tried {m}?", f"Are you a fan of {m}?"))
        ans = rng.choice(
            (
                f"I cannot eat, but I know that {m} taste{s} {f['taste']}.",
                f"I am a program, so I do not eat. People say that {m} taste{s} {f['taste']}.",
                f"I have no sense of taste. Do you like {m}?",
            )
        )
    return w.cap(q), _caps(ans)


def _simple_pair(rng: random.Random) -> tuple[str, str]:
    """A question about a job, place, landform, weather, material, sport, body part or feeling."""
    table = rng.choice(
        (
            w.JOB_LIST,
            w.PLACE_LIST,
            w.NATURE_LIST,
            w.WEATHER_LIST,
            w.MATERIAL_LIST,
            w.SPORT_LIST,
            w.BODY_LIST,
            w.EMOTION_LIST,
        )
    )
    e = rng.choice(table)
    n, f, a = e.name, e.facts, e.a
    if table is w.JOB_LIST:
        q, ans = rng.choice(
            (
                (f"What does {a} do?", f"{a} {f['does']}."),
                (f"What is the job of {a}?", f"{a} {f['does']}."),
                (f"Where does {a} work?", f"{a} works {f['where']}."),
                (f"What does {a} need for work?", f"{a} needs {f['tools']}."),
                (f"Who {f['does']}?", f"{a} does that."),
                (f"Who {f['does']}?", f"{a} {f['does']}."),
                (
                    f"Tell me about the work of {a}.",
                    f"{a} {f['does']}. The work takes place {f['where']}, with {f['tools']}.",
                ),
                (f"What is {a}?", f"{a} is a person who {f['does']}."),
                (f"I want to become {a}. What would I do?", f"{a} {f['does']}."),
                (f"What tools does {a} use?", f"{a} uses {f['tools']}."),
            )
        )
    elif table is w.PLACE_LIST:
        p = w.with_article(n)
        q, ans = rng.choice(
            (
                (f"What is {p} for?", f"People go to {p} to {f['use']}."),
                (f"Why do people go to {p}?", f"They go there to {f['use']}."),
                (f"What is {p}?", f"{p} is a place where people {f['use']}."),
                (f"What can I see in {p}?", f"You can see {f['has']}."),
                (f"What do people do in {p}?", f"They {f['use']} there."),
                (f"Where can I {f['use']}?", f"You can do that in {p}."),
                (f"Where do people go to {f['use']}?", f"They go to {p}."),
                (f"Describe {p}.", f"In {p}, there are often {f['has']}."),
                (f"I want to {f['use']}. Where should I go?", f"You should go to {p}."),
            )
        )
        ans = ans.replace("when they are ill", "when you are ill") if " you " in ans.lower() else ans
        q = q.replace("can I get treatment when they are ill", "can I get treatment when I am ill").replace(
            "I want to get treatment when they are ill", "I am ill and want to get treatment"
        )
    elif table is w.NATURE_LIST:
        q, ans = rng.choice(
            (
                (f"What is {a}?", f"{a} is {f['is']}."),
                (f"Explain what {a} is.", f"{a} is {f['is']}. It {f['special']}."),
                (f"Tell me about {e.many}.", f"{a} is {f['is']}. It {f['special']}."),
                (f"What do you call {f['is']}?", f"You call it {a}."),
                (f"What is special about {a}?", f"{a} {f['special']}."),
                (f"What does {n} mean?", f"It means {f['is']}."),
            )
        )
    elif table is w.WEATHER_LIST:
        q, ans = rng.choice(
            (
                (
                    f"What is {a}?",
                    f"{w.cap(a)} is {f['is']}."
                    if not f["is"].startswith("drops")
                    and not f["is"].startswith("small balls")
                    and not f["is"].startswith("soft")
                    else f"{w.cap(n)} is made of {f['is']}.",
                ),
                (f"What should I do when there is {a}?", f"When there is {a}, you should {f['advice']}."),
                (
                    f"There is {a} outside. Any advice?",
                    f"My advice is to {f['advice']}." if "," not in f["advice"] else f"My advice: {f['advice']}.",
                ),
                (
                    f"The weather is {f['adjective']} today.",
                    f"When there is {a}, it is good to {f['advice']}."
                    if "," not in f["advice"]
                    else f"My advice: {f['advice']}.",
                ),
            )
        )
    elif table is w.MATERIAL_LIST:
        q, ans = rng.choice(
            (
                (f"What is {n} used for?", f"{n} is used for {f['makes']}."),
                (f"What is {n} like?", f"{n} is {f['looks']}."),
                (f"Where does {n} come from?", f"{n} comes from {f['from']}."),
                (f"What can you make from {n}?", f"You can make {f['makes']}."),
                (f"Tell me about {n}.", f"{n} is {f['looks']}. It is used for {f['makes']}."),
                (f"Describe {n}.", f"{n} is {f['looks']}."),
                (f"What is {n}?", f"{n} is a material that is {f['looks']}. It comes from {f['from']}."),
            )
        )
    elif table is w.SPORT_LIST:
        q, ans = rng.choice(
            (
                (f"What is {n}?", f"In {n}, {f['rule']}."),
                (f"How does {n} work?", f"In {n}, {f['rule']}."),
                (f"What do I need for {n}?", f"You need {f['needs']}."),
                (f"Explain {n} to me.", f"In {n}, {f['rule']}. You need {f['needs']}."),
                (f"I want to try {n}. What do I need?", f"You need {f['needs']}. Have fun!"),
                (f"Tell me about {n}.", f"In {n}, {f['rule']}."),
            )
        )
    elif table is w.BODY_LIST:
        q, ans = rng.choice(
            (
                (f"What is the {n} for?", f"We use the {n} to {f['use']}."),
                (f"What does the {n} do?", f"The {n} helps us to {f['use']}."),
                (
                    f"Where is the {n}?",
                    f"It is {f['place']}."
                    if not f["place"].startswith(("two", "one"))
                    else f"There are {f['place']}."
                    if f["place"].startswith("two")
                    else f"There is {f['place']}.",
                ),
                (f"Which part of the body do we use to {f['use']}?", f"We use the {n}."),
                (
                    f"Why do we need our {e.many}?",
                    f"We need our {e.many} to {f['use']}."
                    if n not in ("heart", "stomach", "brain", "neck", "nose", "mouth", "tongue")
                    else f"The {n} lets us {f['use']}.",
                ),
            )
        )
        if "our hearts" in q or (
            n in ("heart", "stomach", "brain", "neck", "nose", "mouth", "tongue") and "Why do we" in q
        ):
            q = f"Why do we need the {n}?"
        ans = ans.replace("We use the heart to", "The heart works to").replace(
            "We use the lung to", "We use the lungs to"
        )
    else:
        q, ans = rng.choice(
            (
                (f"What does {n} mean?", f"Being {n} means {f['is']}."),
                (f"What does it mean to be {n}?", f"It means {f['is']}."),
                (
                    f"When do people feel {n}?",
                    f"People may feel {n} for many reasons, for example because of {f['cause']}."
                    if f["cause"].startswith("a ")
                    else f"{w.cap(f['cause'])} can make people feel {n}.",
                ),
                (f"What is another word for {n}?", f"Another word for {n} is {f['synonym']}."),
                (f"Why might someone be {n}?", f"{w.cap(f['cause'])} can make someone {n}."),
                (f"What is the opposite of {n}?", f"The opposite of {n} is {f['antonym']}."),
                (f"Give me an example of when someone feels {n}.", f"One example is {f['cause']}."),
            )
        )
    return w.cap(q), _caps(ans)


def _one_pair(rng: random.Random) -> tuple[str, str]:
    r = rng.random()
    if r < 0.4:
        return _object_pair(rng)
    if r < 0.6:
        return _animal_pair(rng)
    return _food_pair(rng) if r < 0.73 else _simple_pair(rng)


def entity(rng: random.Random) -> dict:
    """One to four questions about entities of the lexicon with true answers."""
    turns: list[str] = []
    for i in range(rng.choice((1, 1, 2, 2, 3, 4))):
        question, answer = _one_pair(rng)
        turns += [w.vary(rng, question, affix=i == 0), answer + (rng.choice(CLOSERS) if rng.random() < 0.15 else "")]
    return w.chat(rng, *turns)


def describe(rng: random.Random) -> dict:
    """A paragraph of plain text that describes some entities."""
    if rng.random() < 0.5:
        e = rng.choice(w.OBJECT_LIST)
        f, it, be = e.facts, w.cap(e.it), e.verb
        parts = [
            f"{e.a} {be} used to {f['use']}.",
            f"{it} {be} made of {f['made']}.",
            f"You can often find {'them' if it == 'They' else 'it'} {f['place']}.",
        ]
        name = rng.choice(w.NAMES)
        parts.append(
            rng.choice(
                (
                    f"{name} has {e.a} at home.",
                    f"Yesterday {name} bought {'new ' + e.name if e.form != 'count' else 'a new ' + e.name}.",
                    f"{name} could not find the {e.name} this morning.",
                    f"{name} asked a neighbour for {e.a}.",
                    f"{name} thinks that {e.a} {be} very useful.",
                )
            )
        )
    else:
        e = rng.choice(w.ANIMAL_LIST)
        f = e.facts
        parts = [
            f"{e.a} is {w.with_article(f['kind'])}." if f["kind"] != e.name else f"{e.a} is an animal.",
            f"It lives {f['home']}.",
            f"It eats {f['eats']}.",
            f"It has {f['looks']}.",
            f"It {f['special']}.",
        ]
        head, *tail = parts
        parts = [head, *rng.sample(tail, rng.randint(2, 4))]
    return {"text": " ".join(w.cap(p) for p in parts)}


def write(rng: random.Random) -> dict:
    """One explanation document: a fact, a comparison, a procedure, entity questions or a descriptive paragraph."""
    kind = rng.choices((fact, comparison, procedure, entity, describe), (28, 9, 24, 31, 8))[0]
    return kind(rng)
